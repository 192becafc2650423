/**
 * A DLMS push as a reading: its form told apart, its clock read, its doubts said.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { readCosemClock } from './cosem-clock.ts'
import { readForm } from './dlms-forms.ts'
import { readNotification } from './dlms-notification.ts'
import { clockTolerance, type Observed } from './local-time.ts'
import { parseObis } from './obis.ts'
import { isPlausible } from './plausible.ts'
import { type Assurance, maxMeter, type Reading, type Register, type Warning } from './reading.ts'
import {
  isSimulatedSystem,
  makerName,
  simulatedMaker,
  systemId,
  systemMaker,
  systemName,
} from './system-title.ts'
import type { DecoderOptions } from './telegram.ts'

/** Where neither the telegram nor the caller names one. */
const dlmsZone = 'Europe/Amsterdam'

/** Who sent a telegram in the clear that names no maker. */
const unnamed = 'DLMS'

export interface Plain {
  readonly bytes: Bytes
  readonly check: Assurance['line']
  readonly origin: Assurance['origin']
  /** Of the meter that ciphered it; null for a telegram in the clear. */
  readonly system: Bytes | null
  /** Who was heard on this line before, for telegrams that do not say it; null if nobody was. */
  readonly before: string | null
}

export interface PlainReading {
  readonly reading: Reading
  /** For people. */
  readonly identification: string
  /** Whether the telegram says which meter it is of. */
  readonly named: boolean
}

/** By the first of the clocks that can be read; that one before it could not is said. */
function observe(clocks: readonly (Bytes | null)[], zone: string, seen: number): Observed {
  let failed: Observed | null = null
  for (const clock of clocks) {
    if (clock === null) continue
    const observed = readCosemClock(clock, zone, seen)
    if (observed.warning !== 'clock-invalid') {
      return failed === null ? observed : { ...observed, warning: 'clock-invalid' }
    }
    failed ??= observed
  }
  return failed ?? { at: seen, clock: 'device', warning: 'clock-missing' }
}

function canBe(register: Register): boolean {
  return register.obis === undefined || isPlausible(register)
}

const phases = ['32.7.0', '52.7.0', '72.7.0', '12.7.0']
/** Behind transformers it is 57.7 V. */
const leastVolts = 45

/** Whether a meter could run on the highest of its voltages: one that says 23.4 V means ten times as much. */
function isPowered(registers: readonly Register[]): boolean {
  const volts = registers.map(({ obis, value, exponent }) =>
    phases.includes(parseObis(obis)?.what ?? '') ? Number(`${value}e${exponent}`) : 0
  )
  const highest = Math.max(0, ...volts)
  return highest === 0 || highest >= leastVolts
}

function isSimulated(system: Bytes | null, meter: string | null): boolean {
  return system === null ? meter?.startsWith(simulatedMaker) === true : isSimulatedSystem(system)
}

/** The reading of a notification; null where it is of no known form. */
export function readPlain(
  { bytes, check, origin, system, before }: Plain,
  options: DecoderOptions,
  seen: number,
): PlainReading | null {
  const notification = readNotification(bytes)
  const maker = system === null ? null : systemMaker(system)
  const form = notification === null ? null : readForm(notification, maker)
  if (notification === null || form === null) return null
  const identification = system !== null
    ? systemName(system)
    : form.maker === null
    ? unnamed
    : makerName(form.maker)
  // What no block holds is no name.
  const own = (form.meter?.length ?? 0) > maxMeter ? null : form.meter
  const named = own ?? (system === null ? null : systemId(system))
  const zone = options.zone ?? dlmsZone
  const observed = observe([form.clock, notification.time], zone, seen)
  const warnings: Warning[] = []
  if (check === 'none') warnings.push('no-line-check')
  if (observed.warning !== undefined) warnings.push(observed.warning)
  const differs = Math.abs(observed.at - seen) > clockTolerance
  if (observed.clock !== 'device' && differs) warnings.push('clock-differs')
  warnings.push(...form.warnings)
  if (!form.registers.every(canBe) || !isPowered(form.registers)) {
    warnings.push('value-implausible')
  }
  if (named === null && before === null) warnings.push('meter-unnamed')
  if (isSimulated(system, named ?? before)) warnings.push('simulated')
  const reading: Reading = {
    meter: named ?? before ?? identification,
    at: observed.at,
    clock: observed.clock,
    seen,
    registers: form.registers,
    texts: form.texts,
    assurance: { line: check, origin, custody: options.custody ?? 'software' },
    warnings,
  }
  return { reading, identification, named: named !== null }
}
