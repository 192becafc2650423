CREATE TABLE "accesses" (
	"channel" "bytea" NOT NULL,
	"grant_id" "bytea" NOT NULL,
	"hour" bigint NOT NULL,
	"first_seq" bigint NOT NULL,
	"last_seq" bigint NOT NULL,
	"count" bigint NOT NULL,
	"first_at" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	CONSTRAINT "accesses_channel_grant_id_hour_pk" PRIMARY KEY("channel","grant_id","hour")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"owner" "bytea" NOT NULL,
	"n" bigint NOT NULL,
	"author" "bytea" NOT NULL,
	"seq" bigint NOT NULL,
	"id" "bytea" NOT NULL,
	"owner_seq" bigint NOT NULL,
	"what" text NOT NULL,
	"statement" "bytea" NOT NULL,
	"companions" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "events_owner_n_pk" PRIMARY KEY("owner","n")
);
--> statement-breakpoint
CREATE TABLE "grant_channels" (
	"channel" "bytea" NOT NULL,
	"grant_id" "bytea" NOT NULL,
	"given" boolean DEFAULT true NOT NULL,
	"first_seq" bigint,
	"first_epoch" bigint,
	"cut_seq" bigint,
	"cut_at" bigint,
	"cut_head" bigint,
	"turned_epoch" bigint,
	"accessed_at" bigint,
	"accessed_blocks" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "grant_channels_channel_grant_id_pk" PRIMARY KEY("channel","grant_id")
);
--> statement-breakpoint
CREATE TABLE "grant_steps" (
	"grant_id" "bytea" NOT NULL,
	"step" integer NOT NULL,
	"id" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "grant_steps_grant_id_step_pk" PRIMARY KEY("grant_id","step")
);
--> statement-breakpoint
CREATE TABLE "grants" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"owner" "bytea" NOT NULL,
	"recipient" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	"receipt" text,
	"statement_id" "bytea" NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"step_id" "bytea" NOT NULL,
	"from_at" bigint NOT NULL,
	"until_at" bigint NOT NULL,
	"history_at" bigint NOT NULL,
	"pauses" bigint[] DEFAULT '{}' NOT NULL,
	"ended_at" bigint,
	"end_reason" text,
	"stop_seq" bigint,
	"locked" boolean DEFAULT false NOT NULL,
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "histories" (
	"owner" "bytea" PRIMARY KEY NOT NULL,
	"n" bigint DEFAULT 0 NOT NULL,
	"owner_seq" bigint DEFAULT -1 NOT NULL,
	"head" "bytea"
);
--> statement-breakpoint
CREATE TABLE "wrap_batches" (
	"channel" "bytea" NOT NULL,
	"epoch" bigint NOT NULL,
	"n" integer NOT NULL,
	"id" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	"list" "bytea",
	"at" bigint NOT NULL,
	CONSTRAINT "wrap_batches_channel_epoch_n_pk" PRIMARY KEY("channel","epoch","n")
);
--> statement-breakpoint
CREATE TABLE "wraps" (
	"channel" "bytea" NOT NULL,
	"epoch" bigint NOT NULL,
	"grant_id" "bytea" NOT NULL,
	"head" "bytea" NOT NULL,
	"wrapped" "bytea",
	"blocks" "bytea",
	CONSTRAINT "wraps_channel_epoch_grant_id_pk" PRIMARY KEY("channel","epoch","grant_id")
);
--> statement-breakpoint
ALTER TABLE "channels" ADD COLUMN "erased" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "chapters" ADD COLUMN "unpaired" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "pairings" ADD COLUMN "ended" bigint;--> statement-breakpoint
CREATE UNIQUE INDEX "events_author" ON "events" USING btree ("owner","author","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "events_id" ON "events" USING btree ("owner","id");--> statement-breakpoint
CREATE INDEX "grant_channels_grant" ON "grant_channels" USING btree ("grant_id","channel");--> statement-breakpoint
CREATE INDEX "grants_owner" ON "grants" USING btree ("owner","id");--> statement-breakpoint
CREATE INDEX "grants_recipient" ON "grants" USING btree ("recipient","id");--> statement-breakpoint
CREATE INDEX "wraps_grant" ON "wraps" USING btree ("grant_id","channel","epoch");