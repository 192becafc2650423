import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allCases } from './runtimes/cases.ts'
import { asVerdicts, type Verdicts } from './runtimes/entry.ts'
import { FOUR_RUNTIMES, type FourRuntimes, prepare } from '../rig/four-runtimes.ts'
import { oracle } from './runtimes/oracle.ts'

describe('the verification profile in four runtimes', () => {
  let bench: FourRuntimes
  const found = new Map<string, Verdicts>()
  const expected = allCases.map(oracle).join('')

  beforeAll(async () => {
    bench = await prepare(new URL('./runtimes/entry.ts', import.meta.url), allCases)
    for (const runtime of FOUR_RUNTIMES) found.set(runtime, asVerdicts(await bench[runtime]()))
  })

  afterAll(() => bench?.close())

  /** The cases on which not all four say the same, by name with their four letters. */
  function divided(of: keyof Verdicts, same: (letter: string) => string): string[] {
    return allCases.flatMap(({ name }, i) => {
      const letters = FOUR_RUNTIMES.map((runtime) => same(found.get(runtime)?.[of][i] ?? '?'))
      return new Set(letters).size === 1 ? [] : [`${name}: ${letters.join('')}`]
    })
  }

  it.each(FOUR_RUNTIMES)('gives on %s the verdicts of the oracle, all of them', (runtime) => {
    expect(found.get(runtime)?.profile).toBe(expected)
  })

  it.each(FOUR_RUNTIMES)('asks on %s a WebCrypto that has both algorithms', (runtime) => {
    for (const name of ['Ed25519: honest', 'P-256: honest']) {
      const at = allCases.findIndex((one) => one.name === name)
      expect(found.get(runtime)?.webCrypto[at]).toBe('1')
    }
  })

  it('gives one verdict on every runtime', () => {
    expect(divided('profile', (letter) => letter)).toEqual([])
  })

  it('is needed: without it the runtimes accept different signatures', () => {
    const accepts = divided('webCrypto', (letter) => (letter === '1' ? '1' : '0'))
    const answers = divided('webCrypto', (letter) => letter)
    process.stdout.write(
      `${allCases.length} cases; bare WebCrypto divided on accepting ${accepts.length}, ` +
        `on refusing the key, the signature or by an error ${answers.length}\n`,
    )
    expect(accepts).not.toEqual([])
  })
})
