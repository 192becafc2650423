/**
 * A platform for the tests of a file, or of a part of one, with a household that has registered
 * there: both are there before the first of them, and the platform is closed after the last.
 *
 * @module
 */
import { afterAll, beforeAll } from 'vitest'
import {
  type Member,
  type Platform,
  type PlatformOptions,
  register,
  startPlatform,
} from './platform.ts'

export interface MemberOnPlatform {
  readonly platform: Platform
  readonly member: Member
}

/** `begin` is told them, and may prepare more. */
export function withMember(
  begin: (at: MemberOnPlatform) => unknown,
  options: PlatformOptions = {},
): void {
  let platform: Platform | undefined

  beforeAll(async () => {
    platform = await startPlatform(options)
    await begin({ platform, member: await register(platform) })
  })

  afterAll(async () => {
    await platform?.close()
  })
}
