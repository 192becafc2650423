/**
 * For vitest's `globalSetup`: the app, built once so that no two servers of the tests build it at the
 * same time, and the Postgres that all test files share, for as long as they run.
 *
 * @module
 */
import type { TestProject } from 'vitest/node'
import { ensurePwa } from '../../edge/pwa-build.ts'
import { type ServerAddress, startTestServer } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: ServerAddress
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensurePwa(() => undefined)
  const server = await startTestServer()
  project.provide('postgres', server.address)
  return () => server.close()
}
