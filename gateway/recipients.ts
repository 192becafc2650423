/**
 * For whom a gateway wraps the keys of its epochs: as the newest step of its pairing says, which the
 * owner has signed and sealed to this gateway alone.
 *
 * @module
 */
import { type Bytes, compare, concat, equal } from '../shared/bytes.ts'
import { joinArray } from '../shared/cbor.ts'
import {
  type DeviceRecipient,
  openRecipients,
  type PairingStep,
  parsePairingStep,
} from '../shared/consent/pairing-step.ts'
import {
  encodeWrapList,
  importGrantKey,
  openWraps,
  ownerHead,
  wrapEpoch,
} from '../shared/consent/wrap.ts'
import { sha256 } from '../shared/identity/statement.ts'
import type { Recipients } from '../shared/seal/sealer.ts'
import type { Self } from './identity.ts'

export interface GatewayRecipients extends Recipients {
  /** From now on by this step, which was verified. */
  follow(step: Bytes): Promise<void>
}

/** Named by its grant and by its key: with another key, what is sealed from then on is wrapped anew. */
type Known = Omit<DeviceRecipient, 'key'> & { readonly key: CryptoKey; readonly name: Bytes }

export function gatewayRecipients(
  self: Self,
  now: () => number,
  random: (length: number) => Bytes,
): GatewayRecipients {
  let step: PairingStep | null = null
  let known: readonly Known[] = []

  return {
    async follow(bytes) {
      const { content } = parsePairingStep(bytes)
      const opened = await openRecipients(content, self.sealing)
      const next: Known[] = []
      for (const { key, ...rest } of opened) {
        const name = concat(rest.grant, (await sha256(concat(rest.grant, key))).slice(0, 16))
        next.push({ ...rest, name, key: await importGrantKey(key) })
        key.fill(0)
      }
      next.sort((a, b) => compare(a.name, b.name))
      ;[step, known] = [content, next]
    },

    async of(channel, observed = { from: now(), to: now() }) {
      return known.filter(({ channels, history, until }) =>
        channels.some((one) => equal(one, channel)) && history <= now() && now() < until &&
        observed.from >= history && observed.to < until
      ).map(({ name }) => name)
    },

    async wrap({ channel, epoch, raw }, names) {
      if (step === null) return null
      const { seen } = step
      const blind = random(16)
      const head = await ownerHead(blind, seen)
      const wrap = await wrapEpoch(raw, { channel, epoch, head })
      const given = known.filter(({ name }) => names.some((one) => equal(one, name)))
      const items = await Promise.all(
        given.map(async ({ grant, key }) => ({ grant, wrapped: await wrap(key) })),
      )
      const list = encodeWrapList(items)
      const wraps = await sha256(list)
      const batch = await openWraps(
        { channel, epoch, seen, blind, wraps, at: now() },
        self.signer,
      )
      return joinArray([batch.statement.bytes, list])
    },
  }
}
