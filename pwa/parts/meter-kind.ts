/**
 * What a sub-meter measures, by what it says of itself.
 *
 * @module
 */
import { parseObis } from '../../shared/meter/obis.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { type PlainKey, t } from '../i18n/messages.ts'
import { latest, type Meter } from '../state.ts'

/** Device type by DLMS UA: 3 gas, 4 and 12 heat, 6 and 7 water. */
export function kindOf(reading: Reading | undefined): PlainKey {
  const type = reading?.registers.find((register) => parseObis(register.obis)?.what === '24.1.0')
    ?.value
  if (type === '3') return 'now.sub.gas'
  if (type === '4' || type === '12') return 'now.sub.heat'
  if (type === '6' || type === '7') return 'now.sub.water'
  return 'now.sub.other'
}

/** A meter as it is called in a choice. */
export function meterName(meter: Meter): string {
  const name = meter.parent === null
    ? meter.id
    : `${t(kindOf(latest.value.get(meter.id)?.reading))} ${meter.id}`
  return meter.simulated ? `${name} (${t('word.simulated')})` : name
}
