/** Owns a database until it is told to stop: `hold-database.ts DATA_DIR [PORT]`. @module */
import process from 'node:process'
import { EmbeddedPostgresError, startEmbeddedPostgres } from '../../edge/embedded-postgres.ts'

const [dataDir = '', port] = process.argv.slice(2)
try {
  const database = await startEmbeddedPostgres(
    dataDir,
    (line) => process.stdout.write(`${line}\n`),
    port === undefined ? {} : { listen: { port: Number(port) } },
  )
  process.once('SIGTERM', () => {
    void database.stop().then(() => process.exit(0))
  })
  process.stdout.write(`up ${JSON.stringify({ ...database.options, url: database.url })}\n`)
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error
  process.stdout.write(`refused: ${error.message}\n`)
  process.exitCode = 1
}
