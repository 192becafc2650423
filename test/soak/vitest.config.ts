import { defineConfig } from 'vitest/config'

/** `npm run soak`: what `npm test` does for a minute, for hours. */
export default defineConfig({
  test: {
    globalSetup: 'test/rig/setup.ts',
    include: ['test/soak/*.soak.ts'],
    fileParallelism: false,
    testTimeout: 12 * 3600_000,
    hookTimeout: 120_000,
  },
})
