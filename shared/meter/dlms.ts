/**
 * Pushes of DLMS meters over HDLC (the D0 interface of Vienna and its kin) from a stream of bytes,
 * as readings. Both checks of every frame are enforced; what is ciphered is opened with the key of
 * the meter that sent it, and graded by what that proves (see ciphering.ts).
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { type Apdu, createApduReader } from './apdu.ts'
import { type Ciphered, isCiphered, isSupported, openCiphered, readCiphered } from './ciphering.ts'
import { readCosemClock } from './cosem-clock.ts'
import { readForm } from './dlms-forms.ts'
import { readNotification } from './dlms-notification.ts'
import { clockTolerance, type Observed } from './local-time.ts'
import type { Assurance, Reading, Warning } from './reading.ts'
import { isSimulatedSystem, systemId, systemName } from './system-title.ts'
import type { Decoder, DecoderOptions, Outcome, RefusalReason, Refused } from './telegram.ts'

/** Where neither the telegram nor the caller names one. */
const dlmsZone = 'Europe/Amsterdam'

/** Who sent a telegram in the clear that names no system. */
const unnamed = 'DLMS'

export interface Plain {
  readonly bytes: Bytes
  readonly origin: Assurance['origin']
  /** Of the meter that ciphered it; null for a telegram in the clear. */
  readonly system: Bytes | null
}

/** The reading of a notification; null where it is of no known form. */
export function readPlain(
  { bytes, origin, system }: Plain,
  options: DecoderOptions,
  seen: number,
): Reading | null {
  const notification = readNotification(bytes)
  const form = notification === null ? null : readForm(notification.body, notification.time)
  if (notification === null || form === null) return null
  const meter = form.meter ?? (system === null ? null : systemId(system))
  if (meter === null) return null
  const clock = form.clock ?? notification.time
  const zone = options.zone ?? dlmsZone
  const observed: Observed = clock === null
    ? { at: seen, clock: 'device', warning: 'clock-missing' }
    : readCosemClock(clock, zone, seen)
  const warnings: Warning[] = []
  if (observed.warning !== undefined) warnings.push(observed.warning)
  const differs = Math.abs(observed.at - seen) > clockTolerance
  if (observed.clock !== 'device' && differs) warnings.push('clock-differs')
  if (system !== null && isSimulatedSystem(system)) warnings.push('simulated')
  return {
    meter,
    at: observed.at,
    clock: observed.clock,
    seen,
    registers: form.registers,
    texts: form.texts,
    assurance: { line: 'crc', origin, custody: options.custody ?? 'software' },
    warnings,
  }
}

export function createDlmsDecoder(options: DecoderOptions): Decoder {
  const reader = createApduReader()
  /** Settles when everything pushed before is told. */
  let earlier: Promise<unknown> = Promise.resolve()
  /**
   * What came this way before: where telegrams were ciphered, one in the clear is somebody else's,
   * and so is one without a tag where this meter's tags held. Whoever sits between the meter and
   * here could else take the tag off and bend what is left.
   */
  let anyOpened = false
  const tagged = new Set<string>()

  function refuse(apdu: Apdu, reason: RefusalReason, system?: Bytes): Refused {
    const { offset, length } = apdu
    const named = system === undefined ? {} : { system }
    return { kind: 'refused', reason, offset, length, ...named }
  }

  function read(apdu: Apdu, plain: Plain, seen: number): Outcome {
    const reading = readPlain(plain, options, seen)
    if (reading === null) return refuse(apdu, 'unknown-form', plain.system ?? undefined)
    const identification = plain.system === null ? unnamed : systemName(plain.system)
    return {
      kind: 'telegram',
      telegram: {
        protocol: 'dlms',
        identification,
        version: null,
        readings: [reading],
        raw: apdu.raw,
        check: 'crc',
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
    const isWeaker = tag === 'none' && key.authentication !== null && tagged.has(systemId(system))
    if (tag === 'failed' || isWeaker) return refuse(apdu, 'authentication-failed', system)
    if (tag === 'held') tagged.add(systemId(system))
    anyOpened = true
    const origin = tag === 'held' ? 'authenticated' : 'encrypted-only'
    return read(apdu, { bytes: plain, origin, system }, seen)
  }

  async function decode(apdu: Apdu, seen: number): Promise<Outcome> {
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
