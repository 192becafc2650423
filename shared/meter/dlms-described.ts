/**
 * Pushes that say by an OBIS code which value is which, alone or with scaler and unit, one after
 * the other or each in a structure of its own: Netz Niederösterreich, Tyrol, Salzburg, Vorarlberg,
 * Steiermark; Aidon, Kamstrup, Landis+Gyr and Kaifa on Nordic HAN ports.
 *
 * @module
 */

import type { Data } from './axdr.ts'
import { clockOf } from './dlms-form.ts'
import { scalerUnitOf, type Told } from './dlms-objects.ts'
import { octets, readName } from './dlms-value.ts'

const maxNested = 3

/** Null where an element is none of this. */
export function readDescribed(items: readonly Data[], nested = maxNested): Told[] | null {
  const behind = readBehind(items)
  if (behind !== null) return [behind]
  const told: Told[] = []
  let isNested = false
  let isFlat = false
  for (let i = 0; i < items.length;) {
    const item = items[i]
    const value = items[i + 1]
    const code = octets(item, 6)
    if (item === undefined) return null
    if (item.type === 'null') i++
    else if ('items' in item) {
      const inner = nested > 0 ? readDescribed(item.items, nested - 1) : null
      if (inner === null || inner.length === 0) return null
      told.push(...inner)
      isNested = true
      i++
    } else if (code !== null && value !== undefined) {
      const scale = scalerUnitOf(items[i + 2])
      told.push({ code, value, scale: scale ?? undefined })
      isFlat ||= clockOf(value) === null
      i += scale === null ? 2 : 3
    } else if (isAlone(items, i)) {
      told.push({ code: null, value: item })
      i++
    } else return null
  }
  // Where both are, a segment was lost between them: of those of HDLC nothing else tells.
  return isNested && isFlat ? null : told
}

/** The name of the list or the clock at the beginning, the number of the meter at the end. */
function isAlone(items: readonly Data[], i: number): boolean {
  const item = items[i]
  if (i === 0) return octets(item, 12) !== null || item?.type === 'date-time' || isName(item)
  return i === items.length - 1 && items.length > 2 && isName(item)
}

function isName(item: Data | undefined): boolean {
  return readName(item) !== null
}

/** Value, class, scaler and unit, code. */
function readBehind(items: readonly Data[]): Told | null {
  const [value, kind, scaling, last] = items
  const code = octets(last, 6)
  const scale = scalerUnitOf(scaling)
  if (items.length !== 4 || value === undefined || kind?.type !== 'unsigned') return null
  return code === null || scale === null ? null : { code, value, scale }
}
