/**
 * Postgres crashes and comes back in mid-ingest, and nothing that was acknowledged is lost.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { startTestServer } from '../rig/postgres.ts'
import { makePlace } from './platform.ts'
import { startTraffic } from './traffic.ts'

const RESTARTS = 20

test(`every acknowledged block is there once after ${RESTARTS} crashes of Postgres`, async () => {
  const postgres = await startTestServer()
  const database = await postgres.database()
  const place = await makePlace(database.url)
  const server = place.start()
  try {
    await server.answers(`${place.url}/readyz`)
    const traffic = await startTraffic(place.url, 6)
    for (let restart = 0; restart < RESTARTS; restart++) {
      await traffic.more(40 + restart)
      await postgres.restart('immediate')
    }
    await traffic.more(100)
    await traffic.finish()
    expect(traffic.failures()).toBeGreaterThanOrEqual(RESTARTS)
    await traffic.check()
    process.stdout.write(
      `${RESTARTS} crashes of Postgres: ${traffic.acknowledged()} blocks acknowledged, ` +
        `${traffic.failures()} requests failed\n`,
    )
  } finally {
    await server.close()
    await postgres.close()
    await place.remove()
  }
}, 180_000)
