-- Bodies are ciphertext: trying to compress them would only cost time.
ALTER TABLE "blocks" ALTER COLUMN "body" SET STORAGE EXTERNAL;
