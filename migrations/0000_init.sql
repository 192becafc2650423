CREATE TABLE "blocks" (
	"channel" "bytea" NOT NULL,
	"seq" bigint NOT NULL,
	"id" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	"body" "bytea",
	"chapter" bigint NOT NULL,
	"epoch" bigint NOT NULL,
	"from_at" bigint NOT NULL,
	"to_at" bigint NOT NULL,
	"sealed" bigint NOT NULL,
	"accepted" bigint NOT NULL,
	CONSTRAINT "blocks_channel_seq_pk" PRIMARY KEY("channel","seq")
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"owner" "bytea" NOT NULL,
	"opening" "bytea" NOT NULL,
	"opening_id" "bytea" NOT NULL,
	"classes" text NOT NULL,
	"resolution" text NOT NULL,
	"zone" text NOT NULL,
	"simulated" boolean NOT NULL,
	"chapter" bigint DEFAULT -1 NOT NULL,
	"device" "bytea",
	"head_seq" bigint DEFAULT -1 NOT NULL,
	"head_id" "bytea" NOT NULL,
	"epoch" bigint DEFAULT -1 NOT NULL,
	"opened_epoch" bigint DEFAULT -1 NOT NULL,
	"newest_epoch" bigint DEFAULT -1 NOT NULL,
	"key_index" bigint DEFAULT 0 NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chapters" (
	"channel" "bytea" NOT NULL,
	"chapter" bigint NOT NULL,
	"device" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	CONSTRAINT "chapters_channel_chapter_pk" PRIMARY KEY("channel","chapter")
);
--> statement-breakpoint
CREATE TABLE "epochs" (
	"channel" "bytea" NOT NULL,
	"epoch" bigint NOT NULL,
	"chapter" bigint NOT NULL,
	"id" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	CONSTRAINT "epochs_channel_epoch_pk" PRIMARY KEY("channel","epoch")
);
--> statement-breakpoint
CREATE TABLE "forks" (
	"channel" "bytea" NOT NULL,
	"seq" bigint NOT NULL,
	"id" "bytea" NOT NULL,
	"block" "bytea" NOT NULL,
	"seen" bigint NOT NULL,
	CONSTRAINT "forks_channel_seq_id_pk" PRIMARY KEY("channel","seq","id")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"seq" integer NOT NULL,
	"head" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity_changes" (
	"identity" "bytea" NOT NULL,
	"seq" integer NOT NULL,
	"statement" "bytea" NOT NULL,
	CONSTRAINT "identity_changes_identity_seq_pk" PRIMARY KEY("identity","seq")
);
--> statement-breakpoint
CREATE TABLE "pairings" (
	"owner" "bytea" NOT NULL,
	"device" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "pairings_owner_device_pk" PRIMARY KEY("owner","device")
);
--> statement-breakpoint
CREATE TABLE "proofs" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"expires" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registrations" (
	"day" date NOT NULL,
	"kind" text NOT NULL,
	"network" "bytea" NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "registrations_day_kind_network_pk" PRIMARY KEY("day","kind","network")
);
--> statement-breakpoint
CREATE TABLE "salts" (
	"day" date PRIMARY KEY NOT NULL,
	"salt" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE INDEX "blocks_time" ON "blocks" USING btree ("channel","to_at");--> statement-breakpoint
CREATE INDEX "channels_owner" ON "channels" USING btree ("owner","id");--> statement-breakpoint
CREATE INDEX "chapters_device" ON "chapters" USING btree ("device","channel");--> statement-breakpoint
CREATE INDEX "pairings_device" ON "pairings" USING btree ("device");--> statement-breakpoint
CREATE INDEX "proofs_expires" ON "proofs" USING btree ("expires");