/**
 * What the tests of taking a browser back run in the page: a second browser of the same owner with a
 * sign key and a device of its own, and all that it could have copied by then.
 *
 * @module
 */
import { type Bytes, fromHex } from '../../shared/bytes.ts'
import { decode } from '../../shared/cbor.ts'
import { importGrantKey, unwrapEpoch } from '../../shared/consent/wrap.ts'
import { changeIdentity, createIdentity, readIdentity } from '../../shared/identity/identity.ts'
import { generateSealingKey, generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { NOBODY, type Signer } from '../../shared/identity/statement.ts'
import { parseEpoch } from '../../shared/seal/channel.ts'
import {
  makeRecoveryFile,
  recoveryKept,
  restoreOwner,
  restoreSealing,
} from '../../pwa/household/recovery.ts'
import { ownRawEpochKey } from '../../pwa/proof-run/evidence.ts'
import { openDatabase, type OwnerRecord } from '../../pwa/vault/database.ts'
import { loadSelf, type Owner } from '../../pwa/vault/identities.ts'
import { openVault } from '../../pwa/vault/vault.ts'
import { channelNamed, clientOf, cutAfter, here } from './consent-page.ts'

declare global {
  var takeBack: typeof api
}

const seconds = () => Math.floor(Date.now() / 1000)

interface Copied {
  readonly index: number
  readonly signer: Signer
  readonly device: Signer
  readonly owner: Owner
  readonly grantKeys: readonly CryptoKey[]
}

let copied: Copied | undefined

function copy(): Copied {
  if (copied === undefined) throw new TypeError('There is no second browser')
  return copied
}

async function ownerNow(): Promise<Owner> {
  const self = await loadSelf((await here()).vault.database)
  if (self === undefined) throw new TypeError('There is no owner')
  return self.owner
}

const api = {
  /** Another browser is signed in, with everything that this one has. */
  async addBrowser(): Promise<number> {
    const { vault, client } = await here()
    const owner = await ownerNow()
    const signing = await generateSigningKey()
    const { algorithm, publicKey } = signing
    const index = owner.identity.nextIndex
    const keys = [...owner.identity.keys, { index, algorithm, publicKey, purpose: 'sign' as const }]
    const changed = await changeIdentity(owner.identity, keys, seconds(), owner.signer)
    await client.registerIdentity(changed.changes)
    const record = await vault.database.get('self', 'owner') as OwnerRecord
    await vault.database.put('self', { ...record, changes: changed.changes }, 'owner')
    const by = signer(changed.id, index, signing)
    const device = await newDevice()
    const theirs = clientOf(by)
    await theirs.registerIdentity(device.changes)
    await theirs.addPairing((await pair(by, device.signer, seconds())).bytes)
    const grantKeys: CryptoKey[] = []
    for (const { raw } of await vault.database.getAll('grants')) {
      grantKeys.push(await importGrantKey(await vault.unlock(raw)))
    }
    copied = { index, signer: by, device: device.signer, owner, grantKeys }
    return index
  },

  /** @param requests how many get through before the network is gone */
  async takeBack(index: number, requests = Infinity): Promise<string> {
    const { actions } = await here()
    cutAfter(requests)
    try {
      await actions.takeBack(index)
      return 'done'
    } catch (error) {
      return String(error)
    } finally {
      cutAfter(Infinity)
    }
  },

  /** The epochs that the copy opens, with all that the platform has; wraps in hex. */
  async opens(
    resolution: string,
    wraps: readonly { epoch: number; head: string; wrapped: string }[],
  ): Promise<number[]> {
    const { client } = await here()
    const { owner, grantKeys } = copy()
    const found: number[] = []
    for await (const bytes of client.epochs(await channelNamed(resolution))) {
      const { content } = parseEpoch(bytes)
      const raw = await ownRawEpochKey(owner, content)
      const wrapped = wraps.filter(({ epoch }) => epoch === content.epoch)
      const byGrant = await Promise.all(
        wrapped.flatMap((one) =>
          grantKeys.map((key) =>
            unwrapEpoch(fromHex(one.wrapped), key, content, fromHex(one.head)).catch(() => null)
          )
        ),
      )
      if (raw !== null || byGrant.some((key) => key !== null)) found.push(content.epoch)
    }
    return found
  },

  async epochs(resolution: string): Promise<{ reason: string; ownerKey: number }[]> {
    const { client } = await here()
    const found: { reason: string; ownerKey: number }[] = []
    for await (const bytes of client.epochs(await channelNamed(resolution))) {
      const { reason, ownerKey } = parseEpoch(bytes).content
      found.push({ reason, ownerKey })
    }
    return found
  },

  /** What the copy is answered: as the owner, and as the device that it was paired with. */
  async asked(): Promise<{ owner: string; device: string }> {
    const { signer: by, device } = copy()
    const outcome = async (ask: () => Promise<unknown>) => {
      try {
        await ask()
        return 'given'
      } catch (error) {
        return (error as { code?: string }).code ?? String(error)
      }
    }
    const channel = await channelNamed('PT15M')
    return {
      owner: await outcome(() => clientOf(by).channel(channel)),
      device: await outcome(async () => {
        if ((await clientOf(device).pairings()).length === 0) throw new TypeError('Not paired')
      }),
    }
  },

  browsers: async () => await (await here()).actions.browsers(),

  /** As it is before it is locked with a passphrase. */
  async keepFile(): Promise<void> {
    const { vault } = await here()
    file = await makeRecoveryFile(vault, '', ({ bytes }) => Promise.resolve(bytes))
    await recoveryKept(vault)
  },

  /** Restores from the file elsewhere: which epochs open there, and which would without the history. */
  async restored(resolution: string): Promise<{ opens: number[]; withoutHistory: number[] }> {
    if (file === undefined) throw new TypeError('No file was kept')
    const vault = await openVault(await openDatabase(`restored-${Math.random()}`))
    const contents = decode(file) as Parameters<typeof restoreOwner>[2]
    const anyone = clientOf((await ownerNow()).signer)
    await restoreOwner(vault, anyone, contents)
    const before = await loadSelf(vault.database)
    if (before === undefined) throw new TypeError('Nothing was restored')
    await anyone.registerIdentity(before.owner.identity.changes)
    const client = clientOf(before.owner.signer)
    await restoreSealing(vault, client)
    const after = await loadSelf(vault.database)
    const found = { opens: [] as number[], withoutHistory: [] as number[] }
    for await (const bytes of client.epochs(await channelNamed(resolution))) {
      const { content } = parseEpoch(bytes)
      if (await ownRawEpochKey(before.owner, content)) found.withoutHistory.push(content.epoch)
      if (after && await ownRawEpochKey(after.owner, content)) found.opens.push(content.epoch)
    }
    return found
  },

  async sealing(): Promise<number> {
    return (await ownerNow()).sealing.index
  },

  /** The other browser takes the sealing key away meanwhile, as it does when it takes back a third. */
  async changedElsewhere(): Promise<number> {
    const { client } = await here()
    const { signer: by } = copy()
    const identity = await readIdentity((await client.identity(by.identity)).changes)
    const { algorithm, publicKey } = await generateSealingKey()
    const index = identity.nextIndex
    const left = identity.keys.filter(({ purpose }) => purpose !== 'seal')
    const keys = [...left, { index, algorithm, publicKey, purpose: 'seal' as const }]
    const changed = await changeIdentity(identity, keys, seconds(), by)
    await client.registerIdentity(changed.changes)
    return index
  },
}

let file: Bytes | undefined

async function newDevice(): Promise<{ signer: Signer; changes: readonly Bytes[] }> {
  const signing = await generateSigningKey()
  const { algorithm, publicKey } = signing
  const keys = [{ index: 0, algorithm, publicKey, purpose: 'sign' as const }]
  const first = { kind: 'device' as const, at: seconds(), keys }
  const identity = await createIdentity(first, 0, signer(NOBODY, 0, signing))
  return { signer: signer(identity.id, 0, signing), changes: identity.changes }
}

globalThis.takeBack = api
