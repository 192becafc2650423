/**
 * Pushes that begin with their own push object list (IEC 62056-6-2, "Push setup", attribute 2):
 * meters of Swiss operators (CII), Energomera. For each object its class, code, attribute and data
 * index, then the values in that order.
 *
 * @module
 */

import { type Bytes, equal } from '../bytes.ts'
import type { Data } from './axdr.ts'
import { type ScalerUnit, scalerUnitOf, type Told } from './dlms-objects.ts'
import { octets } from './dlms-value.ts'

interface Listed {
  readonly class: number
  readonly code: Bytes
  readonly attribute: number
}

const pushSetup = 40
const register = 3
const extendedRegister = 4

function readListed(item: Data): Listed | null {
  // Newer lists add a restriction and columns.
  if (item.type !== 'structure' || item.items.length < 4 || item.items.length > 6) return null
  const [kind, code, attribute, index] = item.items
  const bytes = octets(code, 6)
  if (kind?.type !== 'unsigned' || kind.size !== 16 || bytes === null) return null
  if (attribute?.type !== 'integer' || index?.type !== 'unsigned') return null
  return { class: Number(kind.value), code: bytes, attribute: Number(attribute.value) }
}

/** Null where the first element is no such list, or the values are not as many. */
export function readListedObjects(items: readonly Data[]): Told[] | null {
  const [first] = items
  if (first?.type !== 'array' || first.items.length === 0) return null
  const list: Listed[] = []
  for (const item of first.items) {
    const listed = readListed(item)
    if (listed === null) return null
    list.push(listed)
  }
  // Most lists name themselves first, and then are the first value.
  const [self] = list
  const values = self?.class === pushSetup && self.attribute === 2 ? items : items.slice(1)
  if (values.length !== list.length) return null
  const told: Told[] = []
  for (const [i, { class: kind, code, attribute }] of list.entries()) {
    const value = values[i]
    // How the push is set up, and what an object is called, is no reading.
    if (kind === pushSetup || attribute === 1 || value === undefined) continue
    if (isScale(kind, attribute)) continue
    told.push({ code, value, scale: scaleFor(code) })
  }
  return told

  function isScale(kind: number, attribute: number): boolean {
    return (kind === register || kind === extendedRegister) && attribute === 3
  }

  function scaleFor(code: Bytes): ScalerUnit | undefined {
    const place = list.findIndex((one) =>
      isScale(one.class, one.attribute) && equal(one.code, code)
    )
    return scalerUnitOf(values[place]) ?? undefined
  }
}
