CREATE TABLE "pairing_steps" (
	"owner" "bytea" NOT NULL,
	"device" "bytea" NOT NULL,
	"step" integer NOT NULL,
	"id" "bytea" NOT NULL,
	"statement" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "pairing_steps_owner_device_step_pk" PRIMARY KEY("owner","device","step")
);
