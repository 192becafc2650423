CREATE TABLE "pairing_messages" (
	"room" "bytea" NOT NULL,
	"n" integer NOT NULL,
	"author" "bytea" NOT NULL,
	"message" "bytea" NOT NULL,
	CONSTRAINT "pairing_messages_room_n_pk" PRIMARY KEY("room","n")
);
--> statement-breakpoint
CREATE TABLE "pairing_rooms" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"device" "bytea" NOT NULL,
	"expires" bigint NOT NULL,
	"done" boolean DEFAULT false NOT NULL,
	CONSTRAINT "pairing_rooms_device_unique" UNIQUE("device")
);
--> statement-breakpoint
CREATE INDEX "pairing_rooms_expires" ON "pairing_rooms" USING btree ("expires");