/**
 * Power now, in whole watts, import and export told apart. Exact integers until the last step,
 * which rounds to the nearest watt, half away from zero.
 *
 * @module
 */

import { parseObis } from './obis.ts'
import type { Reading, Register } from './reading.ts'

export interface Flow {
  /** Watts from the grid; null where the meter does not say. */
  readonly import: number | null
  /** Watts into the grid; null where the meter does not say. */
  readonly export: number | null
}

export interface PowerNow extends Flow {
  /** Phases 1 to 3, as far as the meter tells any; empty otherwise. */
  readonly phases: readonly Flow[]
}

/** No register of a meter needs more places than this either way. */
const maxExponent = 18

function watts(register: Register | undefined): number | null {
  if (register === undefined || register.unit !== 'W') return null
  if (Math.abs(register.exponent) > maxExponent) return null
  const value = BigInt(register.value)
  const size = value < 0n ? -value : value
  const scale = 10n ** BigInt(Math.abs(register.exponent))
  const whole = register.exponent >= 0 ? size * scale : (2n * size + scale) / (2n * scale)
  if (whole > BigInt(Number.MAX_SAFE_INTEGER)) return null
  return value < 0n && whole > 0n ? -Number(whole) : Number(whole)
}

function flowOf(found: ReadonlyMap<string, Register>, first: number): Flow {
  const imported = watts(found.get(`${first}.7.0`))
  const exported = watts(found.get(`${first + 1}.7.0`))
  // 16.7.0 is signed: import minus export. Some meters put the sign on 1.7.0 and have no 2.7.0.
  const net = exported === null
    ? watts(found.get(`${first + 15}.7.0`)) ?? (imported !== null && imported < 0 ? imported : null)
    : null
  if (net === null) return { import: imported, export: exported }
  return { import: Math.max(net, 0), export: Math.max(-net, 0) }
}

/** What flows now; null where the reading has no power at all. */
export function powerNow(reading: Reading): PowerNow | null {
  const found = new Map<string, Register>()
  for (const register of reading.registers) {
    const code = parseObis(register.obis)
    if (code !== null && code.a === 1 && !found.has(code.what)) found.set(code.what, register)
  }
  const total = flowOf(found, 1)
  const phases = [21, 41, 61].map((first) => flowOf(found, first))
  const known = (flow: Flow) => flow.import !== null || flow.export !== null
  const last = phases.map(known).lastIndexOf(true)
  if (!known(total) && last < 0) return null
  return { ...total, phases: phases.slice(0, last + 1) }
}
