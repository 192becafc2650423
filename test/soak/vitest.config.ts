import process from 'node:process'
import { defineConfig } from 'vitest/config'

/** `npm run soak`: what `npm test` does for a minute, for hours. */
export default defineConfig({
  test: {
    globalSetup: 'test/rig/setup.ts',
    include: ['test/soak/*.soak.ts', 'test/meter/*.test.ts'],
    env: { SOAK_MUTATIONS: process.env['SOAK_MUTATIONS'] ?? '100000' },
    fileParallelism: false,
    testTimeout: 12 * 3600_000,
    hookTimeout: 120_000,
  },
})
