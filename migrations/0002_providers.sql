CREATE TABLE "providers" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"registration" "bytea" NOT NULL,
	"registration_id" "bytea" NOT NULL,
	"approval" "bytea",
	"approved_at" bigint
);
