/**
 * The phases, as far as the meter tells them apart.
 *
 * @module
 */
import type { JSX } from 'preact'
import { parseObis } from '../../shared/meter/obis.ts'
import { powerNow } from '../../shared/meter/power.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { netOf } from '../chart/net-power.ts'
import { rounded, watts } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'

/** Meters that send floats say millionths; all of them are among the registers. */
const PLACES = 2

function value(reading: Reading, what: string): string {
  const found = reading.registers.find((register) => {
    const code = parseObis(register.obis)
    return code?.a === 1 && code.what === what
  })
  return found === undefined ? '–' : rounded(found.value, found.exponent, found.unit, PLACES)
}

export function Phases({ reading }: { reading: Reading }): JSX.Element | null {
  const phases = powerNow(reading)?.phases ?? []
  if (phases.length < 2) return null
  return (
    <section>
      <h2>{t('now.phases')}</h2>
      <div class='scroll'>
        <table class='phases'>
          <thead>
            <tr>
              <th scope='col'>{t('now.phase')}</th>
              <th scope='col' class='number'>{t('table.import')}</th>
              <th scope='col' class='number'>{t('table.export')}</th>
              <th scope='col' class='number'>{t('now.phase.voltage')}</th>
              <th scope='col' class='number'>{t('now.phase.current')}</th>
            </tr>
          </thead>
          <tbody>
            {phases.map((flow, i) => {
              const net = netOf({ importW: flow.import, exportW: flow.export })
              return (
                <tr key={i}>
                  <th scope='row'>L{i + 1}</th>
                  <td class='number import'>{net !== null && net >= 0 ? watts(net) : '–'}</td>
                  <td class='number export'>{net !== null && net < 0 ? watts(-net) : '–'}</td>
                  <td class='number'>{value(reading, `${32 + 20 * i}.7.0`)}</td>
                  <td class='number'>{value(reading, `${31 + 20 * i}.7.0`)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
