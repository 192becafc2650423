import { createPublicKey, verify } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Bytes, concat, fromHex } from '../../shared/bytes.ts'
import { type Algorithm, importVerifyKey } from '../../shared/identity/profile.ts'
import { allCases, cctvCases, wycheproofEd25519, wycheproofP256 } from './runtimes/cases.ts'
import { type Case, verdicts } from './runtimes/entry.ts'
import { oracle } from './runtimes/oracle.ts'
import { ownCases } from './runtimes/own.ts'

const edwards = allCases.filter((one) => one.algorithm === 'EdDSA')
const noVectors = 'the published vectors do not lie beside the project'

/** Which cases differ, by name, so that a failure says what broke. */
function differing(cases: readonly Case[], found: string, expected: string): string[] {
  return cases.flatMap(({ name }, i) =>
    found[i] === expected[i] ? [] : [`${name}: ${found[i]} instead of ${expected[i]}`]
  )
}

const judge = (cases: readonly Case[]) => cases.map(oracle).join('')

describe('the verification profile', () => {
  it('judges every forged case as its rules say', async () => {
    const { profile } = await verdicts(ownCases)
    expect(differing(ownCases, profile, ownCases.map((one) => one.expected).join(''))).toEqual([])
  })

  it('agrees with the same rules written in noble point arithmetic', async () => {
    const { profile } = await verdicts(allCases)
    expect(differing(allCases, profile, judge(allCases))).toEqual([])
  })

  it('accepts 43 of the 914 CCTV edge cases', async ({ skip }) => {
    if (cctvCases.length === 0) skip(noVectors)
    const { profile } = await verdicts(cctvCases)
    expect(profile).toHaveLength(914)
    expect(profile.replaceAll(/[^1]/g, '')).toHaveLength(43)
  })

  it.for([['Ed25519', wycheproofEd25519, 151], ['P-256', wycheproofP256, 262]] as const)(
    'gives the results Wycheproof expects of %s',
    async ([, cases, count], { skip }) => {
      if (cases.length === 0) skip(noVectors)
      const { profile } = await verdicts(cases)
      const accepted = profile.replaceAll('x', '0')
      const expected = cases.map(({ result }) => (result === 'valid' ? '1' : '0')).join('')
      expect(cases).toHaveLength(count)
      expect(differing(cases, accepted, expected)).toEqual([])
    },
  )

  it('keeps its own copy of the key', async () => {
    const honest = ownCases.find(({ name }) => name === 'Ed25519: honest')
    if (honest === undefined) throw new Error('The honest case is gone')
    const raw = fromHex(honest.key)
    const key = await importVerifyKey('EdDSA', raw, nodeVerifier)
    raw.fill(0)
    expect(await key?.verify(fromHex(honest.signature), fromHex(honest.message))).toBe(true)
  })
})

describe('the verdict does not depend on who decides', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('is the same where WebCrypto has no Ed25519', async () => {
    const importKey = vi.spyOn(crypto.subtle, 'importKey')
      .mockRejectedValue(new DOMException('Unrecognized name', 'NotSupportedError'))
    const { profile } = await verdicts(edwards)
    expect(importKey).toHaveBeenCalled()
    expect(differing(edwards, profile, judge(edwards))).toEqual([])
  })

  it("is the same with a platform's own verifier", async () => {
    const { profile } = await verdicts(allCases, nodeVerifier)
    expect(differing(allCases, profile, judge(allCases))).toEqual([])
  })

  it('is bounded by the rules even if a platform accepts everything', async () => {
    const lax = await verdicts(ownCases, () => true)
    const left = ownCases.filter((one, i) => one.expected !== '1' && lax.profile[i] === '1')
    // Left to the equation is what all platforms decide alike, and nothing else.
    expect(left.map(({ name }) => name).filter((name) => !name.endsWith('cofactor only'))).toEqual([
      'Ed25519: another message',
      'Ed25519: empty message',
      'Ed25519: a bit of R flipped',
      'Ed25519: a bit of S flipped',
      'Ed25519: R with the other sign',
      'Ed25519: key with the other sign',
      'Ed25519: S = 0',
      ...[2, 7, 8, 11, 12, 13].map((y) => `Ed25519: R y = ${y} off the curve`),
      'P-256: another message',
      'P-256: r and s exchanged',
      'P-256: the opposite key',
      'P-256: key x = 5',
      'P-256: key x = 6',
    ])
  })

  it('reports a fault of the runtime as a fault, not as a verdict', async () => {
    vi.spyOn(crypto.subtle, 'importKey')
      .mockRejectedValue(new DOMException('Out of handles', 'OperationError'))
    const key = fromHex(ownCases[0]?.key ?? '')
    await expect(importVerifyKey('EdDSA', key)).rejects.toThrow('Out of handles')
  })
})

/** node:crypto's synchronous verify, as a server on Node injects it. */
function nodeVerifier(algorithm: Algorithm, raw: Bytes, signature: Bytes, message: Bytes) {
  const prefix = algorithm === 'EdDSA'
    ? '302a300506032b6570032100'
    : '3059301306072a8648ce3d020106082a8648ce3d030107034200'
  const spki = concat(fromHex(prefix), raw)
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  return algorithm === 'EdDSA'
    ? verify(null, message, key, signature)
    : verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
