/**
 * The list of ZPA's AM375 at PREdistribuce in Prague, by place: the name of the list, the clock, the
 * meter's number, its breaker and relays, the tariff, powers of the moment and counters.
 *
 * Its clock counts the deviation from UTC to local time, `0078` in summer: the other way round than
 * the clock of COSEM does.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { Data } from './axdr.ts'
import { clockOf, type Form } from './dlms-form.ts'
import { decimalOf, readName } from './dlms-value.ts'
import type { Register } from './reading.ts'

const listName = 'ZPA3HAN00200'

/** Breaker, limiter, four relays. */
const states = ['0.96.3.10', '0.17.0.0', '1.96.3.10', '2.96.3.10', '3.96.3.10', '4.96.3.10']
const powers = ['1.7.0', '21.7.0', '41.7.0', '61.7.0', '2.7.0', '22.7.0', '42.7.0', '62.7.0']
const counters = ['1.8.0', '1.8.1', '1.8.2', '2.8.0']

const before = 3
const tariff = before + states.length

interface Place {
  readonly obis: string
  readonly unit: string
}

const places: readonly Place[] = [
  ...states.map((what) => ({ obis: `0-${what.replace('.', ':')}*255`, unit: '' })),
  ...powers.map((what) => ({ obis: `1-0:${what}*255`, unit: 'W' })),
  ...counters.map((what) => ({ obis: `1-0:${what}*255`, unit: 'Wh' })),
]

const unsaid = 0x8000

/** With its deviation as COSEM counts it. */
function turned(clock: Bytes): Bytes {
  const view = new DataView(clock.buffer, clock.byteOffset, clock.length)
  const said = view.getUint16(9)
  const other = clock.slice()
  const isSaid = said !== unsaid
  new DataView(other.buffer).setUint16(9, isSaid ? (0x10000 - said) & 0xffff : unsaid)
  return other
}

export function readZpa(items: readonly Data[]): Form | null {
  if (items.length !== places.length + before + 1 || readName(items[0]) !== listName) return null
  const clock = clockOf(items[1])
  const meter = readName(items[2])
  const rate = readName(items[tariff])
  const values = [...items.slice(before, tariff), ...items.slice(tariff + 1)]
  const registers: Register[] = []
  for (const [i, { obis, unit }] of places.entries()) {
    const value = values[i]
    const decimal = decimalOf(value)
    // Their sizes differ between one meter and the next.
    if ((value?.type !== 'unsigned' && value?.type !== 'enum') || decimal === null) return null
    registers.push({ obis, ...decimal, unit })
  }
  if (clock === null || meter === null || rate === null) return null
  return {
    meter,
    maker: 'ZPA',
    clock: turned(clock),
    registers,
    texts: [
      { obis: '0-0:96.1.4*255', text: listName },
      { obis: '0-0:96.1.1*255', text: meter },
      { obis: '0-0:96.14.0*255', text: rate },
    ],
    warnings: [],
  }
}
