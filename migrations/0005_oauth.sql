CREATE TABLE "access_requests" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"client" "bytea" NOT NULL,
	"pushed" text NOT NULL,
	"redirect_uri" text NOT NULL,
	"state" text,
	"challenge" text NOT NULL,
	"jkt" text,
	"expires" bigint NOT NULL,
	"answered_by" "bytea",
	"grant_id" "bytea"
);
--> statement-breakpoint
CREATE TABLE "codes" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"request" "bytea" NOT NULL,
	"expires" bigint NOT NULL,
	"session" "bytea"
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"client" "bytea" NOT NULL,
	"grant_id" "bytea" NOT NULL,
	"refresh" "bytea" NOT NULL,
	"jkt" text NOT NULL,
	"at" bigint NOT NULL,
	"revoked" boolean DEFAULT false NOT NULL,
	CONSTRAINT "sessions_refresh_unique" UNIQUE("refresh")
);
--> statement-breakpoint
CREATE INDEX "access_requests_expires" ON "access_requests" USING btree ("expires");--> statement-breakpoint
CREATE INDEX "codes_request" ON "codes" USING btree ("request");--> statement-breakpoint
CREATE INDEX "sessions_grant" ON "sessions" USING btree ("grant_id");