/**
 * A verified bundle in plain lines: the verdict, then what it is and what was found. Of a bundle
 * that does not hold nothing is told that could reassure. Whatever comes from the file is cleaned
 * of control characters, which a terminal would obey.
 *
 * @module
 */
import { toBase64url, toHex } from '../shared/bytes.ts'
import { fingerprint } from '../shared/identity/identity.ts'
import { obisName } from '../shared/meter/obis.ts'
import { nameText, type Reading, type Register } from '../shared/meter/reading.ts'
import { offsetAt } from '../shared/meter/zone.ts'
import { printable } from '../shared/printable.ts'
import type { Block } from '../shared/seal/block.ts'
import type { BundleReport } from '../shared/seal/bundle.ts'

type Reason = NonNullable<BundleReport['fault']>['reason']

const REASONS: Record<Reason, string> = {
  'opening-not-signed': 'the channel is not opened by its owner',
  'chapter-not-signed': 'a chapter is not opened by the owner',
  'chapter-out-of-order': 'the chapters are not in order',
  'device-not-paired': 'a device that writes it is not paired with the owner',
  'chapter-does-not-continue': 'its chapter was opened after another block than the one before it',
  'epoch-not-signed': 'an epoch is not opened by the device of its chapter',
  'epoch-out-of-order': 'the epochs are not in order',
  'block-of-other-channel': 'it belongs to another channel',
  'block-missing': 'a block before it is missing',
  'block-does-not-follow': 'it does not follow the block before it',
  'block-of-other-device': 'another device wrote it than the one of its chapter',
  'block-of-closed-chapter': 'its chapter was closed',
  'block-of-unknown-chapter': 'its chapter was never opened',
  'block-of-unknown-epoch': 'its epoch was not opened in its chapter, or was over',
  'key-index-fell': 'it is signed with an older key than the block before it',
  'signature-does-not-hold': 'its signature does not hold',
  'key-does-not-open': 'the key in the bundle does not open it',
  'readings-malformed': 'its readings are not what its header says',
  'meter-changed': 'it speaks of another meter than its chapter',
  'contents-altered': 'the contents were altered after they were signed',
  'bundle-not-signed': 'the bundle is not signed by the owner',
  'key-not-committed': 'a key in the bundle is not the one its epoch committed to',
  'acknowledgement-does-not-hold': 'its acknowledgement does not hold',
  'block-malformed': 'it is not a block, or its body is not the one that was signed',
}

const BEGINNINGS: Record<BundleReport['chapters'][number]['reason'], string> = {
  'first': 'the first',
  'restored': 'the owner was restored on another device',
  'device-replaced': 'another device reads the meter',
  'meter-changed': 'the meter was changed',
}

const MOST_GAPS = 10
const MOST_CHAPTERS = 10
const MOST_REGISTERS = 100

interface Newest {
  readonly at: number
  readonly register: Register
}

/** Collects the newest value of each register, whatever the size of the bundle. */
export class NewestRegisters {
  readonly #newest = new Map<string, Newest>()
  meter: string | null = null

  take(_: Block, readings: readonly Reading[]): void {
    for (const reading of readings) {
      this.meter = reading.meter
      for (const register of reading.registers) {
        const name = JSON.stringify([nameText(register), register.unit])
        const known = this.#newest.get(name)
        if (known === undefined && this.#newest.size === MOST_REGISTERS) continue
        if (known === undefined || known.at <= reading.at) {
          this.#newest.set(name, { at: reading.at, register })
        }
      }
    }
  }

  values(): Newest[] {
    return [...this.#newest.values()]
  }
}

/** The report, verdict first. */
export function linesOf(report: BundleReport, newest: NewestRegisters): string[] {
  const { fault } = report
  return (fault === null ? linesOfGood(report, newest) : linesOfBad(report, fault)).map((line) =>
    printable(line)
  )
}

/** Whose it is stays a claim; who signed it may not even be true. */
function linesOfBad(
  { channel, counts }: BundleReport,
  fault: NonNullable<BundleReport['fault']>,
): string[] {
  const what = fault.seq === null ? 'before the first block' : `block ${fault.seq}`
  // A block whose acknowledgement is wrong was itself counted already.
  const held = counts.blocks - (fault.reason === 'acknowledgement-does-not-hold' ? 1 : 0)
  return [
    `Does not hold: ${what}: ${REASONS[fault.reason]}`,
    fault.seq === null
      ? 'Nothing that it says can be relied on. Ask the owner for the channel again'
      : `${many(held, 'block')} held before that one; nothing from there on can be relied on`,
    `It claims to be channel ${toBase64url(channel.channel)} of owner ${
      fingerprint(channel.owner)
    }`,
  ]
}

function linesOfGood(report: BundleReport, newest: NewestRegisters): string[] {
  const { channel, counts } = report
  const time = (at: number) => timeIn(channel.zone, at)
  const lines = [
    // That there was nothing after the last, no bundle can show.
    `Holds: ${
      many(counts.blocks, 'block')
    } in one chain, nothing altered, nothing left out between the first and the last`,
    // As the app and the API write it; in hex, as the file's name begins with it.
    `Channel ${toBase64url(channel.channel)} (${toHex(channel.channel)}): ${channel.classes}, ${
      channel.resolution === 'live' ? 'every telegram' : `one reading in ${channel.resolution}`
    }, days of ${channel.zone}`,
    ...(channel.simulated
      ? ['Simulated: these readings come from a simulated meter. Nothing was measured.']
      : []),
    `Owner ${fingerprint(channel.owner)}`,
    `Bundle signed by ${fingerprint(report.signedBy)} at ${time(report.made)}`,
    `${many(report.chapters.length, 'chapter')}, written by ${
      listed(report.devices.map((id) => `device ${fingerprint(id)}`), 'no device')
    }; ${many(report.epochs, 'epoch')}`,
    ...report.chapters.slice(1, 1 + MOST_CHAPTERS).map(({ reason, at }, i) =>
      `- chapter ${i + 1} from ${time(at)}: ${BEGINNINGS[reason]}`
    ),
    ...(report.chapters.length > 1 + MOST_CHAPTERS
      ? [`- and ${report.chapters.length - 1 - MOST_CHAPTERS} more`]
      : []),
    `${many(counts.blocks, 'block')} checked with ${many(counts.readings, 'reading')}${
      counts.resealed > 0 ? `, ${counts.resealed} of them sealed again after another head` : ''
    }${counts.erased > 0 ? `, ${counts.erased} of them with an erased body` : ''}`,
  ]
  if (counts.from !== null && counts.to !== null) {
    lines.push(`From ${time(counts.from)}`, `To   ${time(counts.to)}`)
  }
  lines.push(
    `${report.acknowledged} of ${many(counts.blocks, 'block')} acknowledged${
      report.operators.length > 0
        ? ` by ${
          listed(report.operators.map((id) => `operator ${fingerprint(id)}`), '')
        }: compare that with the fingerprint at /v1/operator of your platform`
        : ''
    }`,
    ...gapLines(report, time),
  )
  if (counts.clockSteps > 0) {
    lines.push(`The device's clock went back ${many(counts.clockSteps, 'time')}`)
  }
  lines.push(...readableLines(report, newest, time))
  return lines
}

function gapLines({ counts }: BundleReport, time: (at: number) => string): string[] {
  if (counts.gaps.length === 0) return ['No gaps']
  const rest = counts.gaps.length - MOST_GAPS
  return [
    `${many(counts.gaps.length, 'gap')} without a reading:`,
    ...counts.gaps.slice(0, MOST_GAPS).map(({ from, to }) => `- ${time(from)} to ${time(to)}`),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ]
}

function readableLines(
  { readable, counts }: BundleReport,
  newest: NewestRegisters,
  time: (at: number) => string,
): string[] {
  if (!readable) {
    return ['Sealed: the bundle has no keys, so the readings stay unread. All else was checked.']
  }
  const lines = [`Opened ${counts.opened} of ${many(counts.blocks, 'block')} with its keys`]
  const values = newest.values()
  if (values.length === 0) return lines
  return [
    ...lines,
    `Newest values of meter ${newest.meter ?? ''}:`,
    ...values.map(({ at, register }) => {
      const code = nameText(register)
      const name = register.obis === undefined ? null : obisName(register.obis, 'en')
      return `- ${code}${name === null ? '' : ` (${name})`}: ${exact(register)} at ${time(at)}`
    }),
  ]
}

/** A register as a decimal, digit by digit: 12345678 × 10^-3 is 12345.678. */
export function exact({ value, exponent, unit }: Register): string {
  const [sign, digits] = value.startsWith('-') ? ['-', value.slice(1)] : ['', value]
  // Counters are read in kWh and the like everywhere, though kept in Wh.
  const kilo = /^(Wh|varh|VAh)$/.test(unit)
  const shift = kilo ? exponent - 3 : exponent
  const padded = shift >= 0 ? digits + '0'.repeat(shift) : digits.padStart(1 - shift, '0')
  const whole = shift >= 0 ? padded : padded.slice(0, shift)
  const decimals = shift >= 0 ? '' : `.${padded.slice(shift)}`
  const trimmed = whole.replace(/^0+(?=.)/, '')
  return `${sign}${trimmed}${decimals}${unit === '' ? '' : ` ${kilo ? 'k' : ''}${unit}`}`
}

/** `2026-01-01 13:00:00 +01:00 (2026-01-01T12:00:00Z)` */
function timeIn(zone: string, at: number): string {
  const utc = iso(at)
  if (utc === null) return `second ${at}`
  try {
    const offset = offsetAt(zone, at)
    const minutes = Math.abs(offset) / 60
    const sign = offset < 0 ? '-' : '+'
    const hours = `${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`
    const local = iso(at + offset)?.slice(0, 19).replace('T', ' ')
    return `${local} ${sign}${hours} (${utc})`
  } catch {
    return utc // a zone that this runtime does not know
  }
}

function iso(at: number): string | null {
  const date = new Date(at * 1000)
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace('.000Z', 'Z')
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function listed(texts: readonly string[], none: string): string {
  const different = [...new Set(texts)]
  const more = different.length - 5
  return different.length === 0
    ? none
    : different.slice(0, 5).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
