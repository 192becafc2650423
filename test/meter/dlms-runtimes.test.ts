/** @module Ciphered telegrams are graded alike on the runtimes that readers run on. */

import { expect, test } from 'vitest'
import { startDeno, startNode } from '../rig/process.ts'

test.each([['Node', startNode], ['Deno', startDeno]] as const)('%s', async (_name, start) => {
  const running = start('test/meter/grades.ts')
  await running.ended
  const grades = running.output().split('\n').filter((line) => /^[a-z-]+$/.test(line))
  expect(grades).toEqual([
    'encrypted-only',
    'encrypted-only',
    'encrypted-only',
    'authenticated',
    'encrypted-only',
    'authentication-failed',
  ])
})
