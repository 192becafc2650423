import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

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
