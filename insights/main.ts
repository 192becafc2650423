/**
 * Starts Insights: `npm run insights`. It makes its keys at the first start, registers itself at the
 * platform (unverified until the operator approves it), and goes on reading what it was granted.
 *
 * @module
 */
import { createServer } from 'node:http'
import * as path from 'node:path'
import process from 'node:process'
import { getRequestListener } from '@hono/node-server'
import { type About, createProvider } from '../shared/api/provider.ts'
import { ApiProblem, Unreachable } from '../shared/api/transport.ts'
import { createInsights, detailsOf } from './app.ts'
import { createCollector } from './collector.ts'
import { keepInFolder } from './file-keep.ts'
import { openJournal } from './journal.ts'
import { createQuestions } from './questions.ts'
import { createReach } from './reach.ts'

const { env } = process
const platform = (env['KILOWIT_URL'] || 'http://localhost:8787').replace(/\/$/, '')
const port = Number(env['INSIGHTS_PORT'] || 8899)
const address = (env['INSIGHTS_URL'] || `http://localhost:${port}`).replace(/\/$/, '')
const folder = path.resolve(env['INSIGHTS_DIR'] || './data/insights')
const zone = env['TZ'] || Intl.DateTimeFormat().resolvedOptions().timeZone

const say = (sentence: string) => void process.stdout.write(`${sentence}\n`)

const keep = await keepInFolder(path.join(folder, 'keys'))
const reach = createReach((url, init) => fetch(url, init), () => Date.now() / 1000)
const provider = await createProvider({
  url: platform,
  fetch: reach.fetch,
  now: () => Date.now() / 1000,
  keep,
})
const about: About = {
  name: 'Insights',
  domain: new URL(address).hostname,
  logo: null,
  contact: 'mailto:insights@example.org',
  purposes: ['energy-advice'],
  redirects: [`${address}/back`],
  hook: `${address}/hook`,
}
await once(async () => {
  await provider.register(about)
  await provider.webhooks()
})
const collector = createCollector({
  journal: await openJournal(path.join(folder, 'readings')),
  say,
})
for (const granted of await provider.granted()) collector.watch(granted)

const questions = createQuestions({ provider, collector, keep, details: detailsOf(provider) })
await questions.resume()

const app = createInsights({
  provider,
  collector,
  questions,
  keep,
  platform,
  address,
  zone,
  awaySince: () => reach.awaySince(),
})
const answer = getRequestListener(app.fetch)
const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
server.listen(port, '127.0.0.1', () => {
  say(`Insights is running at ${address}`)
  say(`It asks for consent at ${platform}. What it keeps is in ${folder}.`)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    collector.stop()
    questions.stop()
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}

/** As soon as the platform answers: it may be starting too. */
async function once(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isStarting = error instanceof Unreachable ||
        (error instanceof ApiProblem && error.status >= 500)
      if (!isStarting) throw error
      say(`Waiting for the platform at ${platform}`)
      await new Promise((resolve) => setTimeout(resolve, 3000))
    }
  }
}
