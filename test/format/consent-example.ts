/**
 * The consent of docs/format.md's worked example: a grant of its channel to a provider, a step, the
 * wraps of its epoch and of one block, and the owner's history of it.
 *
 * @module
 */
import { type Bytes, fromHex } from '../../shared/bytes.ts'
import { openGrant, sealGrantKey } from '../../shared/consent/grant.ts'
import { openEvent } from '../../shared/consent/history.ts'
import { openStep } from '../../shared/consent/steps.ts'
import { encodeTerms, makeTerms } from '../../shared/consent/terms.ts'
import {
  encodeWrapList,
  importGrantKey,
  openWraps,
  ownerHead,
  wrapBlockKey,
  wrapEpoch,
} from '../../shared/consent/wrap.ts'
import { sha256, type Signer, statementId } from '../../shared/identity/statement.ts'
import { rawBlockKey } from '../../shared/seal/epoch-key.ts'

export const AT = 1_767_225_600 // 2026-01-01T00:00:00Z
export const CHANNEL = fromHex('10'.repeat(16))
export const EPOCH_KEY = fromHex('30'.repeat(32))
export const SALTS = [fromHex('40'.repeat(16)), fromHex('41'.repeat(16))] as const
const GRANT = fromHex('50'.repeat(16))
const GRANT_KEY = fromHex('60'.repeat(32))
const BLIND = fromHex('70'.repeat(16))

/** What HPKE made, by the names of the vectors; null to make it anew. */
export type Sealed = (name: string) => { readonly enc: Bytes; readonly sealed: Bytes } | null

export interface ConsentOf {
  readonly put: (name: string, bytes: Bytes) => void
  readonly given: Sealed
  readonly byOwner: Signer
  readonly byDevice: Signer
  readonly provider: Bytes
  readonly ownerSeal: Bytes
  readonly providerSeal: Bytes
  readonly epochKey: CryptoKey
}

export async function putConsent(of: ConsentOf): Promise<void> {
  const { put, given, byOwner, byDevice, provider, epochKey } = of
  const owner = byOwner.identity
  const terms = makeTerms({
    channels: [CHANNEL],
    purposes: ['energy-advice', 'research'],
    from: AT + 60,
    until: AT + 60 + 181 * 86_400,
    history: AT,
  })
  put('terms', encodeTerms(terms))
  put('grant key', GRANT_KEY)
  const seal = async (name: string, to: Bytes, toKey: number, publicKey: Bytes) => {
    const binding = { grant: GRANT, owner, to, toKey }
    const sealed = given(name) ??
      await sealGrantKey(GRANT_KEY, binding, terms, { algorithm: 'X25519', publicKey })
    put(`${name} enc`, sealed.enc)
    put(`${name} sealed`, sealed.sealed)
    return sealed
  }
  const name = { grant: GRANT, owner, to: provider, toKey: 1 }
  const grant = await openGrant({
    ...name,
    ...await seal('grant', provider, 1, of.providerSeal),
    terms,
    request: null,
    receipt: null,
    replaces: null,
    at: AT + 60,
  }, byOwner)
  put('grant', grant.statement.bytes)
  const grantId = await statementId(grant.statement)
  put('grant, id', grantId)
  const step = await openStep(
    { grant: GRANT, step: 1, prev: grantId, at: AT + 90, what: 'paused' },
    byOwner,
  )
  put('step 1', step.statement.bytes)
  const stepId = await statementId(step.statement)
  put('step 1, id', stepId)

  const copy = { toKey: 2, ...await seal('copy', owner, 2, of.ownerSeal) }
  const granted = await openEvent({
    owner,
    seq: 0,
    prev: null,
    seen: null,
    at: AT + 60,
    what: 'granted',
    about: GRANT,
    entry: grantId,
    copy,
  }, byOwner)
  const seen = await statementId(granted.statement)

  const head = await ownerHead(BLIND, seen)
  put('owner head', head)
  const grantKey = await importGrantKey(GRANT_KEY)
  const place = { channel: CHANNEL, epoch: 0, head }
  const wrapped = await (await wrapEpoch(EPOCH_KEY, place))(grantKey)
  put('epoch key, wrapped', wrapped)
  const blockKey = await rawBlockKey(epochKey, CHANNEL, 0, SALTS[1])
  put('key of block 1', blockKey)
  put(
    'key of block 1, wrapped',
    await (await wrapBlockKey(blockKey, { ...place, seq: 1 }))(grantKey),
  )
  const list = encodeWrapList([{ grant: GRANT, wrapped }])
  put('list of wraps', list)
  const batch = await openWraps({
    channel: CHANNEL,
    epoch: 0,
    seen,
    blind: BLIND,
    wraps: await sha256(list),
    at: AT + 61,
  }, byDevice)
  put('wraps of epoch 0', batch.statement.bytes)

  const turned = await openEvent({
    owner,
    seq: 0,
    prev: null,
    seen,
    at: AT + 61,
    what: 'turned',
    about: CHANNEL,
    entry: await statementId(batch.statement),
  }, byDevice)
  const stepped = await openEvent({
    owner,
    seq: 1,
    prev: seen,
    seen: null,
    at: AT + 90,
    what: 'stepped',
    about: GRANT,
    entry: stepId,
  }, byOwner)
  for (const [i, event] of [granted, turned, stepped].entries()) {
    put(`event ${i}`, event.statement.bytes)
  }
}
