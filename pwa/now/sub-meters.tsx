/**
 * Further meters on the same line: gas, heat, water, electricity.
 *
 * @module
 */
import type { JSX } from 'preact'
import { age, register } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { kindOf } from '../parts/meter-kind.ts'
import { latest, meters } from '../state.ts'
import { mainValue } from './main-value.ts'

export function SubMeters({ parent }: { parent: string }): JSX.Element | null {
  const found = meters.value.filter((meter) => meter.parent === parent)
  if (found.length === 0) return null
  return (
    <section>
      <h2>{t('now.sub')}</h2>
      <dl class='pairs even'>
        {found.map((meter) => {
          const reading = latest.value.get(meter.id)?.reading
          const shown = reading === undefined ? undefined : mainValue(reading)
          return (
            <div key={meter.id}>
              <dt>
                {t(kindOf(reading))} <code>{meter.id}</code>
              </dt>
              <dd>
                {shown === undefined
                  ? t('now.no-reading')
                  : register(shown.value, shown.exponent, shown.unit)} {reading === undefined
                  ? null
                  : <span class='muted'>{age(reading.at, nowSeconds.value)}</span>}
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}
