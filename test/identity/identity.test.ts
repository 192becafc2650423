import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import { encode } from '../../shared/cbor.ts'
import {
  changeIdentity,
  createIdentity,
  type Identity,
  IdentityError,
  type IdentityKey,
  isSignedBy,
  readIdentity,
  wasSignedBy,
} from '../../shared/identity/identity.ts'
import { generateSealingKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import {
  NOBODY,
  type Signer,
  signStatement,
  StatementError,
  statementId,
} from '../../shared/identity/statement.ts'
import { withTwin } from './twin.ts'

const AT = 1_767_225_600

async function newKey(algorithm: Algorithm): Promise<SigningKey> {
  const parameters = algorithm === 'EdDSA'
    ? { name: 'Ed25519' }
    : { name: 'ECDSA', namedCurve: 'P-256' }
  const pair = await crypto.subtle.generateKey(parameters, false, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new Error('Expected a key pair')
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return { algorithm, publicKey, privateKey: pair.privateKey }
}

describe.each<[Algorithm]>([['EdDSA'], ['ES256']])('identities with %s', (algorithm) => {
  let sign: SigningKey, recover: SigningKey, other: SigningKey
  let sealing: IdentityKey
  let owner: Identity
  const key = (
    index: number,
    { publicKey }: SigningKey,
    purpose: 'sign' | 'recover' = 'sign',
  ): IdentityKey => ({ index, algorithm, publicKey, purpose })
  const by = (index: number, signing: SigningKey, identity = owner) =>
    signer(identity.id, index, signing)

  beforeAll(async () => {
    sign = await newKey(algorithm)
    recover = await newKey(algorithm)
    other = await newKey(algorithm)
    const seal = await generateSealingKey()
    sealing = { index: 2, algorithm: seal.algorithm, publicKey: seal.publicKey, purpose: 'seal' }
    owner = await createIdentity(
      { kind: 'owner', at: AT, keys: [key(0, sign), key(1, recover, 'recover'), sealing] },
      0,
      signer(NOBODY, 0, sign),
    )
  })

  /** A further change whatever its sense, so that refusing it is the reader's work. */
  async function further(
    keys: readonly IdentityKey[],
    { signedBy = by(0, sign), ...wrong }: {
      signedBy?: Signer
      seq?: number
      prev?: Bytes | null
      kind?: string
    } = {},
  ): Promise<Identity> {
    const payload = encode({
      v: 1,
      kind: owner.kind,
      seq: 1,
      prev: owner.head,
      at: AT,
      keys: keys.map((one) => [one.index, one.algorithm, one.publicKey, one.purpose]),
      ...wrong,
    })
    const { bytes } = await signStatement('kilowit/identity', payload, signedBy)
    return await readIdentity([...owner.changes, bytes])
  }

  const all = () => [key(0, sign), key(1, recover, 'recover'), sealing]

  it('takes its id from the first change, and keeps it', async () => {
    const changed = await changeIdentity(owner, [...all(), key(3, other)], AT, by(0, sign))
    expect(changed.id).toEqual(owner.id)
    expect(changed.head).not.toEqual(owner.head)
    expect(changed.seq).toBe(1)
    const { verifiers: _, ...same } = changed
    expect(await readIdentity(changed.changes)).toMatchObject(same)
  })

  it('lets a recovery key replace all others', async () => {
    const [newSign, newRecover] = [await newKey(algorithm), await newKey(algorithm)]
    const { algorithm: sealAlgorithm, publicKey } = await generateSealingKey()
    const newSealing = { index: 5, algorithm: sealAlgorithm, publicKey, purpose: 'seal' } as const
    const keys = [key(3, newSign), key(4, newRecover, 'recover'), newSealing]
    const changed = await changeIdentity(owner, keys, AT, by(1, recover))
    expect(changed.keys).toEqual(keys)
    const statement = await signStatement('kilowit/pairing', encode(1), by(0, sign))
    expect(await isSignedBy(statement, changed)).toBe(false)
    expect(await wasSignedBy(statement, changed)).toBe(true)
    // The old keys are out of the chain for good.
    await expect(changeIdentity(changed, keys, AT, by(0, sign, changed))).rejects.toThrow(
      'Change 2 is signed by a key that may not',
    )
    await expect(changeIdentity(changed, keys, AT, by(1, recover, changed))).rejects.toThrow(
      'Change 2 is signed by a key that may not',
    )
  })

  it('takes one public key under one index only', async () => {
    const again = "Key 3 is another key's public key again"
    await expect(further([...all(), key(3, recover)])).rejects.toThrow(again)
    await expect(further([...all(), { ...sealing, index: 3 }])).rejects.toThrow(again)
  })

  it('lets no sign key add, drop or exchange a recovery key', async () => {
    const altered = 'Change 1 alters a recovery key without being signed by one'
    await expect(further([...all(), key(3, other, 'recover')])).rejects.toThrow(altered)
    await expect(further([key(0, sign), key(3, other, 'recover'), sealing])).rejects.toThrow(
      altered,
    )
    await expect(further([key(0, sign), sealing])).rejects.toThrow('An owner needs a recover key')
    await expect(further([...all(), key(3, other)])).resolves.toMatchObject({ seq: 1 })
  })

  it('takes a signature of a recovery key for changes only', async () => {
    const statement = await signStatement('kilowit/chapter', encode(1), by(1, recover))
    expect(await wasSignedBy(statement, owner)).toBe(false)
    expect(await isSignedBy(statement, owner)).toBe(false)
    expect(owner.verifiers.has(1)).toBe(false)
  })

  it('always keeps a sign key, and an owner a sealing key', async () => {
    const recovering = { signedBy: by(1, recover) }
    await expect(further([key(1, recover, 'recover'), sealing], recovering)).rejects.toThrow(
      'No sign key is left',
    )
    await expect(further([key(0, sign), key(1, recover, 'recover')])).rejects.toThrow(
      'An owner needs a seal key',
    )
    await expect(createIdentity(
      { kind: 'owner', at: AT, keys: [key(0, sign), { ...sealing, index: 1 }] },
      0,
      signer(NOBODY, 0, sign),
    )).rejects.toThrow('An owner needs a recover key')
  })

  it('refuses forged links', async () => {
    const follow = 'Change 1 does not follow the one before it'
    await expect(further(all(), { prev: NOBODY })).rejects.toThrow(follow)
    await expect(further(all(), { prev: null })).rejects.toThrow(follow)
    await expect(further(all(), { seq: 2 })).rejects.toThrow('Expected change 1, got 2')
    await expect(further(all(), { kind: 'device' })).rejects.toThrow('Kind of identity changed')
    await expect(further(all(), { signedBy: signer(NOBODY, 0, sign) })).rejects.toThrow(
      "Change 1 is signed in another identity's name",
    )
    await expect(further(all(), { signedBy: by(2, sign) })).rejects.toThrow(
      'Change 1 is signed by a key that may not', // it is the sealing key's number
    )
    await expect(further(all(), { signedBy: by(0, other) })).rejects.toThrow(
      'Signature of change 1 does not hold',
    )
    await expect(further([...all(), key(3, other)], { signedBy: by(3, other) })).rejects.toThrow(
      'Change 1 is signed by a key that may not', // it may from the next change on
    )
    await expect(readIdentity([])).rejects.toThrow('No changes')
    await expect(readIdentity([...owner.changes, ...owner.changes])).rejects.toThrow(IdentityError)
  })

  it('refuses a number for a second key, one that leaves others out, a key that is none', async () => {
    await expect(further([...all(), key(0, other)])).rejects.toThrow('Key 0 is listed twice')
    await expect(further([key(0, other), ...all().slice(1)])).rejects.toThrow(
      'Key 0 was another key before',
    )
    // The highest number of all would be the last one ever, and nobody could be signed in again.
    for (const index of [4, 0xffff_ffff]) {
      await expect(further([...all(), key(index, other)])).rejects.toThrow(
        `Key ${index} leaves numbers out`,
      )
    }
    // Numbers of keys that were signed out stay taken.
    const [added, newest] = [[...all(), key(3, other)], await newKey(algorithm)]
    const without = await changeIdentity(
      await changeIdentity(owner, added, AT, by(0, sign)),
      all(),
      AT,
      by(0, sign),
    )
    expect([owner.nextIndex, without.nextIndex]).toEqual([3, 4])
    await expect(changeIdentity(without, [...all(), key(3, newest)], AT, by(0, sign))).rejects
      .toThrow('Key 3 was another key before')
    await expect(changeIdentity(without, [...all(), key(4, newest)], AT, by(0, sign))).resolves
      .toMatchObject({ nextIndex: 5 })
    const short = { ...key(3, other), publicKey: other.publicKey.slice(0, 32) }
    const zero = { ...short, publicKey: new Uint8Array(other.publicKey.length) }
    for (const bad of algorithm === 'EdDSA' ? [zero] : [short, zero]) {
      await expect(further([...all(), bad])).rejects.toThrow('Key 3 is not a valid public key')
    }
    const notSealing = { ...key(3, other), algorithm: 'P-256', purpose: 'seal' } as const
    const point = { ...notSealing, publicKey: new Uint8Array(65).fill(4) }
    const long = { ...notSealing, algorithm: 'X25519', publicKey: new Uint8Array(33) } as const
    for (const bad of [point, long]) {
      await expect(further([...all(), bad])).rejects.toThrow('Key 3 is not a valid public key')
    }
    await expect(further([...all(), { ...key(3, other), purpose: 'seal' }])).rejects.toThrow(
      `Key 3 cannot seal with ${algorithm}`,
    )
  })

  it('refuses a first change that is signed by none of its own sign keys', async () => {
    const keys = all()
    for (const [index, signing] of [[1, recover], [9, sign]] as const) {
      await expect(
        createIdentity({ kind: 'owner', at: AT, keys }, index, signer(NOBODY, index, signing)),
      )
        .rejects.toThrow(IdentityError)
    }
    await expect(createIdentity({ kind: 'owner', at: AT, keys }, 0, signer(NOBODY, 0, other)))
      .rejects.toThrow('Signature of change 0 does not hold')
  })

  it('is another identity, or none, with any byte of its change flipped', async () => {
    const [change = new Uint8Array()] = owner.changes
    for (let at = 0; at < change.length; at++) {
      const flipped = change.slice()
      flipped[at] = (flipped[at] ?? 0) ^ 1
      expect(await readIdentity([flipped]).then(() => 'taken', () => 'refused'), `byte ${at}`).toBe(
        'refused',
      )
    }
  })
})

describe('an ES256 signature turned into its twin', () => {
  it('is another signature of the same change, and the same identity', async () => {
    const sign = await newKey('ES256')
    const keys: IdentityKey[] = [
      { index: 0, algorithm: 'ES256', publicKey: sign.publicKey, purpose: 'sign' },
    ]
    const device = await createIdentity(
      { kind: 'device', at: AT, keys },
      0,
      signer(NOBODY, 0, sign),
    )
    const [change = new Uint8Array()] = device.changes
    const twin = await readIdentity([withTwin(change)])
    expect(twin.changes[0]).not.toEqual(change)
    expect(twin.id).toEqual(device.id)
    expect(twin.head).toEqual(device.head)
  })
})

describe('limits of a chain', () => {
  it('reads no more than 1000 changes', async () => {
    const bytes = new Uint8Array(1)
    await expect(readIdentity(Array.from({ length: 1001 }, () => bytes))).rejects.toThrow(
      'More than 1000 changes',
    )
  })

  /** An owner, and what a thief of the sign key appends: `fill` more keys in each change. */
  async function filled(changes: number, fill: number) {
    const [sign, recover, seal] = [
      await newKey('EdDSA'),
      await newKey('EdDSA'),
      await generateSealingKey(),
    ]
    const listed = (index: number, { publicKey }: SigningKey, purpose: 'sign' | 'recover') =>
      ({ index, algorithm: 'EdDSA', publicKey, purpose }) as const
    const keys: IdentityKey[] = [
      listed(0, sign, 'sign'),
      listed(1, recover, 'recover'),
      { index: 2, algorithm: seal.algorithm, publicKey: seal.publicKey, purpose: 'seal' },
    ]
    const first = { kind: 'owner', at: AT, keys } as const
    const owner = await createIdentity(first, 0, signer(NOBODY, 0, sign))
    const chain = [...owner.changes]
    let [head, next] = [owner.head, owner.nextIndex]
    for (let seq = 1; seq <= changes; seq++) {
      const more = Array.from({ length: fill }, (): IdentityKey => ({
        index: next++,
        algorithm: 'X25519',
        publicKey: crypto.getRandomValues(new Uint8Array(32)),
        purpose: 'seal',
      }))
      const listed = [...keys, ...more].map((one) =>
        [one.index, one.algorithm, one.publicKey, one.purpose] as const
      )
      const payload = encode({ v: 1, kind: 'owner', seq, prev: head, at: AT, keys: listed })
      const by = signer(owner.id, 0, sign)
      const statement = await signStatement('kilowit/identity', payload, by)
      head = await statementId(statement)
      chain.push(statement.bytes)
    }
    return { chain, keys, sign, recover, listed }
  }

  it.each([
    ['changes', 700, 0],
    ['keys', 31, 29],
  ])('keeps room for recovery, whoever fills it up with %s', async (_, changes, fill) => {
    const { chain, keys, recover, listed } = await filled(changes, fill)
    await expect(readIdentity(chain)).rejects.toThrow('takes the room that is kept for recovery')
    let identity: Identity | null = null
    for (let most = chain.length - 1; identity === null && most > 0; most -= 8) {
      identity = await readIdentity(chain.slice(0, most)).catch(() => null)
    }
    if (identity === null) throw new Error('Not even the first change was taken')
    const fresh = await newKey('EdDSA')
    const restored = await changeIdentity(
      identity,
      [...keys.slice(1), listed(identity.nextIndex, fresh, 'sign')],
      AT,
      signer(identity.id, 1, recover),
    )
    expect(restored.keys.map((key) => key.index)).toEqual([1, 2, identity.nextIndex])
  })

  it('takes a change of 33 keys, or with members more or less, for none', async () => {
    const sign = await newKey('EdDSA')
    const by = signer(NOBODY, 0, sign)
    const listed = (index: number) => [index, 'EdDSA', sign.publicKey, 'sign']
    const change = {
      v: 1,
      kind: 'device',
      seq: 0,
      prev: null,
      at: AT,
      keys: Array.from({ length: 33 }, (_, i) => listed(i)),
    }
    const { at: _, ...without } = { ...change, keys: [listed(0)] }
    for (
      const wrong of [
        change,
        without,
        { ...change, keys: [listed(0)], more: 1 },
        { ...change, keys: [listed(0)], v: 2 },
        { ...change, keys: [listed(0)], kind: 'person' },
        { ...change, keys: [[...listed(0), 1]] },
      ]
    ) {
      const { bytes } = await signStatement('kilowit/identity', encode(wrong), by)
      await expect(readIdentity([bytes])).rejects.toThrow(
        new StatementError('Identity change has not the shape of one'),
      )
    }
  })
})
