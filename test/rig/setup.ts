/**
 * For vitest's `globalSetup`: the Postgres that all test files share, for as long as they run.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { type ServerAddress, startTestServer } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: ServerAddress
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestServer()
  project.provide('postgres', server.address)
  return () => server.close()
}
