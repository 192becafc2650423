/**
 * Pushes of DLMS meters over HDLC and the wired M-Bus (Austrian and Swiss customer interfaces,
 * Nordic HAN ports and their kin) from a stream of bytes, as readings. All checks of every frame are
 * enforced; what is ciphered is opened with the key of the meter that sent it, and graded by what
 * that proves (see ciphering.ts).
 *
 * @module
 */

import { type Bytes, toHex } from '../bytes.ts'
import { type Apdu, createApduReader } from './apdu.ts'
import {
  type Ciphered,
  isCiphered,
  isCipheredOtherwise,
  isSupported,
  openCiphered,
  readCiphered,
} from './ciphering.ts'
import { readNotification } from './dlms-notification.ts'
import { type Plain, readPlain } from './dlms-reading.ts'
import type { Warning } from './reading.ts'
import { createFew, createReplayWatch } from './replay.ts'
import { createStaleWatch } from './stale.ts'
import { systemId } from './system-title.ts'
import type { Decoder, DecoderOptions, Outcome, RefusalReason, Refused } from './telegram.ts'
import { createUnframedReader } from './unframed.ts'

export function createDlmsDecoder(options: DecoderOptions): Decoder {
  const reader = options.capture === true ? createUnframedReader() : createApduReader()
  /** Settles when everything pushed before is told. */
  let earlier: Promise<unknown> = Promise.resolve()
  /**
   * What came this way before: where telegrams were ciphered, one in the clear is somebody else's,
   * and so is one without a tag where this meter's tags held. Whoever sits between the meter and
   * here could else take the tag off and bend what is left.
   */
  let anyOpened = false
  const tagged = createFew<true>()
  const isReplayed = createReplayWatch(options.counters)
  const isStale = createStaleWatch()
  /** By who speaks to whom on the line. */
  const heard = createFew<string>()

  function refuse(apdu: Apdu, reason: RefusalReason, system?: Bytes): Refused {
    const { offset, length } = apdu
    const named = system === undefined ? {} : { system }
    return { kind: 'refused', reason, offset, length, ...named }
  }

  function read(
    apdu: Apdu,
    from: Pick<Plain, 'bytes' | 'origin' | 'system'>,
    seen: number,
    doubts: readonly Warning[] = [],
  ): Outcome {
    const line = toHex(apdu.addresses)
    const before = heard.get(line) ?? null
    const found = readPlain({ ...from, check: apdu.check, before }, options, seen)
    if (found === null) return refuse(apdu, 'unknown-form', from.system ?? undefined)
    const { reading, identification, named } = found
    if (named) heard.set(line, reading.meter)
    const stale: readonly Warning[] = isStale(reading) ? ['counter-stale'] : []
    const warnings = [...reading.warnings, ...stale, ...doubts]
    return {
      kind: 'telegram',
      telegram: {
        protocol: 'dlms',
        identification,
        version: null,
        readings: [{ ...reading, warnings }],
        raw: apdu.raw,
        check: apdu.check,
        ...(from.system === null ? {} : { system: from.system }),
      },
    }
  }

  async function open(apdu: Apdu, found: Ciphered, seen: number): Promise<Outcome> {
    const { system } = found
    if (!isSupported(found.control)) return refuse(apdu, 'security-unsupported', system)
    const key = options.key?.(system) ?? null
    if (key === null) return refuse(apdu, 'key-missing', system)
    const { plain, tag } = await openCiphered(found, key)
    // A wrong key makes random bytes, which are no notification to the end.
    if (tag !== 'held' && readNotification(plain) === null) return refuse(apdu, 'key-wrong', system)
    const id = systemId(system)
    const isWeaker = tag === 'none' && key.authentication !== null && tagged.get(id) === true
    if (tag === 'failed' || isWeaker) return refuse(apdu, 'authentication-failed', system)
    if (tag === 'held') tagged.set(id, true)
    anyOpened = true
    const origin = tag === 'held' ? 'authenticated' : 'encrypted-only'
    const doubts: readonly Warning[] = isReplayed(system, key, found.counter) ? ['replayed'] : []
    return read(apdu, { bytes: plain, origin, system }, seen, doubts)
  }

  async function decode(apdu: Apdu, seen: number): Promise<Outcome> {
    if (isCipheredOtherwise(apdu.bytes)) return refuse(apdu, 'security-unsupported')
    if (!isCiphered(apdu.bytes)) {
      if (anyOpened) return refuse(apdu, 'authentication-failed')
      return read(apdu, { bytes: apdu.bytes, origin: 'plain', system: null }, seen)
    }
    const found = readCiphered(apdu.bytes)
    return found === null ? refuse(apdu, 'unknown-form') : await open(apdu, found, seen)
  }

  /** Frames are taken at once, while the reader's clock is theirs; opening them takes turns. */
  async function collect(
    run: (out: (found: Apdu | Refused) => void) => void,
  ): Promise<Outcome[]> {
    const all: (Apdu | Refused)[] = []
    run((found) => all.push(found))
    const seen = options.now()
    const before = earlier
    const turn = (async () => {
      await before
      const outcomes: Outcome[] = []
      for (const found of all) {
        outcomes.push(found.kind === 'apdu' ? await decode(found, seen) : found)
      }
      return outcomes
    })()
    // A caller's `key` that throws fails its own call and none after it.
    earlier = turn.catch(() => undefined)
    return await turn
  }

  return {
    push: (chunk) => collect((out) => reader.push(chunk, out)),
    end: () => collect((out) => reader.end(out)),
  }
}
