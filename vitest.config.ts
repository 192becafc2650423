import { availableParallelism } from 'node:os'
import process from 'node:process'
import { defineConfig } from 'vitest/config'

/** A zone in which it is between noon and one: a day shortly after midnight shows little yet. */
function zoneAtNoon(): string {
  const behind = new Date().getUTCHours() - 12 // the names of these zones count to the west
  return `Etc/GMT${behind < 0 ? behind : `+${behind}`}`
}

// Of the tests, the servers and the browsers that they start.
process.env['TZ'] = zoneAtNoon()

export default defineConfig({
  test: {
    globalSetup: 'test/rig/setup.ts',
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Most of them wait: for a browser, a database, a meter.
    maxWorkers: Math.max(2, availableParallelism()),
  },
})
