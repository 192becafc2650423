/**
 * Profiles that outlive their browsers, but not the file of tests that asked for them.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { afterAll } from 'vitest'
import { emptyProfile } from '../stories/home.ts'

export interface Profiles {
  empty(): Promise<string>
  /** Of a profile whose browser is closed. */
  copyOf(profile: string): Promise<string>
}

/** Gone after all that the file has after it, which ends whatever still runs in them. */
export function keptProfiles(): Profiles {
  const made: string[] = []
  afterAll(async () => {
    for (const profile of made) {
      await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  })
  async function empty(): Promise<string> {
    const profile = await emptyProfile()
    made.push(profile)
    return profile
  }
  return {
    empty,
    async copyOf(profile) {
      const copy = await empty()
      await fs.cp(profile, copy, { recursive: true, verbatimSymlinks: true })
      await fs.rm(`${copy}/SingletonLock`, { force: true })
      return copy
    },
  }
}
