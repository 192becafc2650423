/**
 * What most platforms do: readings as rows of one table, served as JSON by the same web framework
 * from the same Postgres to whoever asks. Nothing is encrypted, signed, checked, limited or logged.
 *
 * @module
 */
import { createServer } from 'node:http'
import process from 'node:process'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import postgres from 'postgres'

const sql = postgres(process.env['DATABASE_URL'] ?? '', { max: 4, onnotice: () => undefined })
const app = new Hono()

app.get('/readyz', (c) => c.text('ready'))

/** Every member of each reading, as Kilowit's own readings have them. */
app.get('/readings', async (c) => {
  const { after, limit } = c.req.query()
  const rows = await sql`
    select reading from plain_readings where at > ${Number(after)}
    order by at limit ${Number(limit)}`
  return c.json(rows.map(({ reading }) => reading))
})

/** Time and counters alone. */
app.get('/counters', async (c) => {
  const { after, limit } = c.req.query()
  const rows = await sql`
    select at, drawn, fed from plain_readings where at > ${Number(after)}
    order by at limit ${Number(limit)}`
  return c.json(rows)
})

const answer = getRequestListener((request) => app.fetch(request))
createServer((incoming, outgoing) => void answer(incoming, outgoing)).listen(
  Number(process.env['PORT']),
  '127.0.0.1',
)
