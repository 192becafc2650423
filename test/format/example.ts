/**
 * The worked example of docs/format.md: every byte string of one small channel, made from fixed
 * keys. What HPKE makes is random, so the epoch's two are given, and checked by opening them.
 *
 * @module
 */
import { type Bytes, concat, fromHex, toHex } from '../../shared/bytes.ts'
import { changeIdentity, createIdentity, type IdentityKey } from '../../shared/identity/identity.ts'
import { importPrivateKey, signer } from '../../shared/identity/keys.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { NOBODY, type Signer } from '../../shared/identity/statement.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { acknowledge } from '../../shared/seal/acknowledgement.ts'
import { sealBlock } from '../../shared/seal/block.ts'
import { openChannel, openChapter, openEpoch, startOf } from '../../shared/seal/channel.ts'
import { writeColumns } from '../../shared/seal/columns.ts'
import { commitment, importEpochKey, sealEpochKey } from '../../shared/seal/epoch-key.ts'
import { AT, CHANNEL, EPOCH_KEY, putConsent, SALTS, type Sealed } from './consent-example.ts'

/** Private keys of the example: 32 bytes each, never to be used for anything else. */
export const SEEDS = {
  'owner sign': '01'.repeat(32),
  'owner recover': '02'.repeat(32),
  'owner seal': '03'.repeat(32),
  'device sign': '04'.repeat(32),
  'operator sign': '05'.repeat(32),
  'owner new sign': '06'.repeat(32),
  'provider sign': '07'.repeat(32),
  'provider seal': '08'.repeat(32),
}

export const METER_TAG = fromHex('20'.repeat(16))

export const READINGS: readonly Reading[] = [0, 10].map((seconds, i) => ({
  meter: 'E0000000000000001',
  at: AT + seconds,
  clock: 'meter',
  seen: AT + seconds + 1,
  registers: [
    { obis: '1-0:1.8.1*255', value: String(1_234_567 + 3 * i), exponent: 0, unit: 'Wh' },
    { obis: '1-0:1.7.0*255', value: i === 0 ? '1193' : '1204', exponent: 0, unit: 'W' },
    { obis: '1-0:32.7.0*255', value: '2301', exponent: -1, unit: 'V' },
  ],
  texts: i === 0 ? [] : [{ obis: '0-0:96.13.0*255', text: 'good day' }],
  assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
  warnings: [],
}))

/** A meter that has no OBIS codes. */
export const DESCRIBED: readonly Reading[] = [{
  meter: 'ZZZ-00000001-01-04',
  at: AT,
  clock: 'device',
  seen: AT,
  registers: [
    {
      quantity: 'Energy',
      storage: 0,
      tariff: 0,
      subunit: 0,
      function: 'instantaneous',
      value: '1389817',
      exponent: 3,
      unit: 'Wh',
    },
    {
      quantity: 'Power',
      storage: 1,
      tariff: 2,
      subunit: 3,
      function: 'maximum',
      value: '-5',
      exponent: 0,
      unit: 'W',
    },
  ],
  texts: [{
    quantity: 'Time point (date)',
    storage: 1,
    tariff: 0,
    subunit: 0,
    function: 'instantaneous',
    text: '2025-12-31',
  }],
  assurance: { line: 'bcc', origin: 'plain', custody: 'browser' },
  warnings: ['clock-missing'],
}]

const PKCS8 = {
  Ed25519: fromHex('302e020100300506032b657004220420'),
  X25519: fromHex('302e020100300506032b656e04220420'),
}

export async function keyOf(
  name: keyof typeof SEEDS,
): Promise<{ privateKey: CryptoKey; publicKey: Bytes }> {
  const curve = name.endsWith('seal') ? 'X25519' : 'Ed25519'
  const pkcs8 = concat(PKCS8[curve], fromHex(SEEDS[name]))
  const algorithm = curve === 'X25519' ? 'X25519' : 'EdDSA'
  const privateKey = await importPrivateKey(algorithm, pkcs8, true)
  const jwk = await crypto.subtle.exportKey('jwk', privateKey)
  return { privateKey, publicKey: new Uint8Array(Buffer.from(jwk.x ?? '', 'base64url')) }
}

/** Every vector by name, in the order of the page, in hex. */
export async function makeExample(given: Sealed): Promise<Map<string, string>> {
  const out = new Map<string, string>()
  const put = (name: string, bytes: Bytes) => out.set(name, toHex(bytes))
  const keys: Record<string, Awaited<ReturnType<typeof keyOf>>> = {}
  for (const name of Object.keys(SEEDS) as (keyof typeof SEEDS)[]) {
    keys[name] = await keyOf(name)
    out.set(`private key, ${name}`, SEEDS[name])
    put(`public key, ${name}`, keys[name].publicKey)
  }
  const publicOf = (name: keyof typeof SEEDS) => keys[name]?.publicKey ?? new Uint8Array()
  const signerOf = async (identity: Bytes, index: number, name: keyof typeof SEEDS) =>
    signer(identity, index, { algorithm: 'EdDSA', ...await keyOf(name) })

  const ownerKeys: IdentityKey[] = [
    { index: 0, algorithm: 'EdDSA', publicKey: publicOf('owner sign'), purpose: 'sign' },
    { index: 1, algorithm: 'EdDSA', publicKey: publicOf('owner recover'), purpose: 'recover' },
    { index: 2, algorithm: 'X25519', publicKey: publicOf('owner seal'), purpose: 'seal' },
  ]
  const owner = await createIdentity(
    { kind: 'owner', at: AT, keys: ownerKeys },
    0,
    await signerOf(NOBODY, 0, 'owner sign'),
  )
  put('owner, change 0', owner.changes[0] ?? new Uint8Array())
  put('owner, id', owner.id)
  const recovered = await changeIdentity(
    owner,
    [...ownerKeys.slice(1), {
      index: 3,
      algorithm: 'EdDSA',
      publicKey: publicOf('owner new sign'),
      purpose: 'sign',
    }],
    AT + 1,
    await signerOf(owner.id, 1, 'owner recover'),
  )
  put('owner, change 1', recovered.changes[1] ?? new Uint8Array())
  const device = await single('device', await signerOf(NOBODY, 0, 'device sign'), publicOf)
  put('device, change 0', device.changes[0] ?? new Uint8Array())
  put('device, id', device.id)
  const operator = await single('operator', await signerOf(NOBODY, 0, 'operator sign'), publicOf)
  put('operator, change 0', operator.changes[0] ?? new Uint8Array())
  put('operator, id', operator.id)

  const byOwner = await signerOf(owner.id, 0, 'owner sign')
  const byDevice = await signerOf(device.id, 0, 'device sign')
  put('pairing', (await pair(byOwner, byDevice, AT)).bytes)

  const opening = await openChannel({
    channel: CHANNEL,
    owner: owner.id,
    classes: 'all',
    resolution: 'live',
    zone: 'Europe/Vienna',
    simulated: false,
    at: AT,
  }, byOwner)
  put('channel opening', opening.statement.bytes)
  const start = await startOf(opening)
  put('channel opening, id', start[1])
  const chapter = await openChapter({
    channel: CHANNEL,
    chapter: 0,
    owner: owner.id,
    device: device.id,
    meter: METER_TAG,
    custody: 'browser',
    after: [...start],
    lost: null,
    reason: 'first',
    at: AT,
  }, byOwner)
  put('chapter opening', chapter.statement.bytes)

  const epochKey = await importEpochKey(EPOCH_KEY)
  const committed = await commitment(epochKey, CHANNEL, 0)
  put('epoch key', EPOCH_KEY)
  put('epoch commitment', committed)
  const name = { channel: CHANNEL, chapter: 0, epoch: 0 }
  const { enc, sealed } = given('epoch') ??
    await sealEpochKey(EPOCH_KEY, name, committed, 'X25519', publicOf('owner seal'))
  put('epoch enc', enc)
  put('epoch sealed', sealed)
  const epoch = await openEpoch({
    ...name,
    commitment: committed,
    owner: owner.id,
    ownerKey: 2,
    enc,
    sealed,
    reason: 'first',
    at: AT,
  }, byDevice)
  put('epoch opening', epoch.statement.bytes)

  put('plaintext of block 0', writeColumns(READINGS))
  let prev = start[1]
  for (const [seq, salt] of SALTS.entries()) {
    const place = { ...name, epochKey, seq, prev, resealed: seq === 1 }
    const block = await sealBlock(READINGS, place, byDevice, salt, AT + 30)
    put(`salt of block ${seq}`, salt)
    put(`block ${seq}`, block.bytes)
    put(`block ${seq}, id`, block.id)
    prev = block.id
  }
  const content = { block: prev, channel: CHANNEL, seq: 1, accepted: AT + 31, log: AT + 31 }
  const byOperator = await signerOf(operator.id, 0, 'operator sign')
  put('acknowledgement of block 1', await acknowledge(content, byOperator))
  put('plaintext of described values', writeColumns(DESCRIBED))

  const provider = await createIdentity(
    {
      kind: 'provider',
      at: AT,
      keys: [
        { index: 0, algorithm: 'EdDSA', publicKey: publicOf('provider sign'), purpose: 'sign' },
        { index: 1, algorithm: 'X25519', publicKey: publicOf('provider seal'), purpose: 'seal' },
      ],
    },
    0,
    await signerOf(NOBODY, 0, 'provider sign'),
  )
  put('provider, change 0', provider.changes[0] ?? new Uint8Array())
  put('provider, id', provider.id)
  await putConsent({
    put,
    given,
    byOwner,
    byDevice,
    provider: provider.id,
    ownerSeal: publicOf('owner seal'),
    providerSeal: publicOf('provider seal'),
    epochKey,
  })
  return out
}

async function single(
  kind: 'device' | 'operator',
  by: Signer,
  publicOf: (name: keyof typeof SEEDS) => Bytes,
) {
  const publicKey = publicOf(`${kind} sign`)
  const keys: IdentityKey[] = [{ index: 0, algorithm: 'EdDSA', publicKey, purpose: 'sign' }]
  return await createIdentity({ kind, at: AT, keys }, 0, by)
}
