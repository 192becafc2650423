CREATE TABLE "guesses" (
	"name" "bytea" PRIMARY KEY NOT NULL,
	"since" bigint NOT NULL,
	"count" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "request_codes" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"request" "bytea" NOT NULL,
	"expires" bigint NOT NULL,
	"owner" "bytea"
);
--> statement-breakpoint
ALTER TABLE "access_requests" ALTER COLUMN "redirect_uri" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "access_requests" ALTER COLUMN "challenge" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "access_requests" ADD COLUMN "owner" "bytea";--> statement-breakpoint
ALTER TABLE "access_requests" ADD COLUMN "polled" bigint;--> statement-breakpoint
ALTER TABLE "access_requests" ADD COLUMN "interval" integer;--> statement-breakpoint
ALTER TABLE "access_requests" ADD COLUMN "redeemed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "guesses_since" ON "guesses" USING btree ("since");--> statement-breakpoint
CREATE INDEX "request_codes_request" ON "request_codes" USING btree ("request");--> statement-breakpoint
CREATE INDEX "request_codes_expires" ON "request_codes" USING btree ("expires");--> statement-breakpoint
CREATE INDEX "access_requests_client" ON "access_requests" USING btree ("client","expires");--> statement-breakpoint
CREATE INDEX "access_requests_owner" ON "access_requests" USING btree ("owner","expires");