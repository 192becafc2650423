CREATE TABLE "webhook_jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"provider" "bytea" NOT NULL,
	"body" text NOT NULL,
	"due" bigint NOT NULL,
	"attempt" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_secrets" (
	"provider" "bytea" PRIMARY KEY NOT NULL,
	"secret" text NOT NULL,
	"previous" text,
	"previous_until" bigint
);
--> statement-breakpoint
CREATE INDEX "webhook_jobs_due" ON "webhook_jobs" USING btree ("due");