/**
 * P1 with its key: telegrams in the clear and encrypted ones (AES-128-GCM, see p1-envelope.ts) from
 * one stream. What an envelope holds is a whole telegram; both the tag and its own CRC are enforced.
 *
 * Luxembourg gives its customers an encryption key alone: the authentication key is the same
 * published constant for all, and is used where the owner gives none. A tag under it proves that who
 * sent the telegram has the encryption key, and nothing more; without that key no bit can be
 * changed, so such a telegram is authenticated by it. Styria gives each customer both keys.
 *
 * Where telegrams were opened, one in the clear is somebody else's. A counter that does not rise is
 * told on the reading, `replayed`; a new key begins it anew.
 *
 * @module
 */

import { type Bytes, fromHex } from '../bytes.ts'
import { openCiphered } from './ciphering.ts'
import { readEnvelope, type Sealed } from './p1-envelope.ts'
import { frameOf } from './p1-frame.ts'
import { createP1Reader, type P1Out, refuseSealed } from './p1.ts'
import type { Reading } from './reading.ts'
import { createReplayWatch } from './replay.ts'
import type { Decoder, DecoderOptions, Outcome, RefusalReason, Refused } from './telegram.ts'

/** The authentication key of every meter in Luxembourg: public. */
export const luxembourgKey: Bytes = fromHex('00112233445566778899aabbccddeeff')

/** A wrong key makes random bytes, of which no more than two in five are characters of a telegram. */
function isMostlyText(plain: Bytes): boolean {
  let characters = 0
  for (const byte of plain) {
    if ((byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d) characters++
  }
  return 4 * characters >= 3 * plain.length
}

function asReplayed(reading: Reading): Reading {
  return { ...reading, warnings: [...reading.warnings, 'replayed'] }
}

export function createSealedP1Decoder(options: DecoderOptions): Decoder {
  const reader = createP1Reader(options)
  /** Settles when everything pushed before is told. */
  let earlier: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let anyOpened = false
  const isReplayed = createReplayWatch(options.counters)

  async function open(sealed: Sealed, seen: number): Promise<Outcome> {
    const { raw, offset } = sealed
    const closed = refuseSealed(sealed)
    const found = readEnvelope(sealed)
    if (closed.reason !== 'key-missing' || found === null) return closed
    const { system } = found
    const refuse = (reason: RefusalReason): Refused => {
      return { kind: 'refused', reason, offset, length: raw.length, system }
    }
    const key = options.key?.(system) ?? null
    if (key === null) return closed
    const authentication = key.authentication ?? luxembourgKey
    const { plain, tag } = await openCiphered(found, { ...key, authentication })
    if (tag !== 'held') return refuse(isMostlyText(plain) ? 'authentication-failed' : 'key-wrong')
    const frame = frameOf(plain)
    if (frame === null) return refuse('unknown-form')
    const outcome = reader.read(frame, seen, 'authenticated')
    if (outcome.kind === 'refused') return refuse(outcome.reason)
    anyOpened = true
    const { telegram } = outcome
    if (!isReplayed(system, key, found.counter)) {
      return { kind: 'telegram', telegram: { ...telegram, raw, system } }
    }
    const [main, ...subMeters] = telegram.readings
    const readings = [asReplayed(main), ...subMeters.map(asReplayed)] as const
    return { kind: 'telegram', telegram: { ...telegram, readings, raw, system } }
  }

  /** A telegram in the clear where others of this line were encrypted. */
  function isForeign(outcome: Outcome): outcome is Outcome & { readonly kind: 'telegram' } {
    if (outcome.kind === 'refused' || !anyOpened) return false
    return outcome.telegram.readings[0].assurance.origin === 'plain'
  }

  function take(outcome: Outcome, offset: number): Outcome {
    if (!isForeign(outcome)) return outcome
    const { length } = outcome.telegram.raw
    return { kind: 'refused', reason: 'authentication-failed', offset, length }
  }

  async function collect(run: (out: P1Out) => void): Promise<Outcome[]> {
    const plain: Outcome[] = []
    const steps: (() => Outcome | Promise<Outcome>)[] = []
    let isPlain = !anyOpened && waiting === 0
    run((found, offset) => {
      if (found.kind === 'sealed') {
        isPlain = false
        const seen = options.now()
        steps.push(() => open(found, seen))
      } else {
        plain.push(found)
        steps.push(() => take(found, offset))
      }
    })
    // In the clear nothing is waited for.
    if (isPlain) return plain
    const before = earlier
    waiting++
    const turn = (async () => {
      await before
      const outcomes: Outcome[] = []
      for (const step of steps) outcomes.push(await step())
      return outcomes
    })()
    // A caller's `key` that throws fails its own call and none after it.
    earlier = turn.catch(() => undefined).finally(() => waiting--)
    return await turn
  }

  return {
    push: async (chunk) => await collect((out) => reader.push(chunk, out)),
    end: async () => await collect((out) => reader.end(out)),
  }
}
