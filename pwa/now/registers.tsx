/**
 * Everything that the meter said, with names and codes.
 *
 * @module
 */
import type { JSX } from 'preact'
import { valueName } from '../../shared/meter/obis.ts'
import type { Reading, ValueName } from '../../shared/meter/reading.ts'
import { clockExact, register } from '../i18n/format.ts'
import { language, t } from '../i18n/messages.ts'
import { Scroll } from '../parts/scroll.tsx'
import { Doubts } from './doubts.tsx'

/** What a value is called, and its code where it has one. */
function Name({ of, unknown }: { of: ValueName; unknown: string }): JSX.Element {
  return (
    <th scope='row'>
      {valueName(of, language.value) ?? unknown}{' '}
      {of.obis === undefined ? null : <code>{of.obis}</code>}
    </th>
  )
}

function Texts({ reading }: { reading: Reading }): JSX.Element | null {
  const texts = reading.texts.filter(({ text }) => text !== '')
  if (texts.length === 0) return null
  return (
    <>
      <h3>{t('now.texts')}</h3>
      <table>
        <tbody>
          {texts.map((said, i) => (
            <tr key={i}>
              <Name of={said} unknown={said.obis ?? ''} />
              <td class='words'>{said.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

export function Registers({ reading }: { reading: Reading }): JSX.Element {
  return (
    <details>
      <summary>{t('now.registers')}</summary>
      <dl class='pairs'>
        <div>
          <dt>{t('now.meter')}</dt>
          <dd>
            <code>{reading.meter}</code>
          </dd>
        </div>
        <div>
          <dt>{t('now.observed')}</dt>
          <dd>{clockExact(reading.at)}, {t(`now.clock.${reading.clock}`)}</dd>
        </div>
        <div>
          <dt>{t('now.origin')}</dt>
          <dd>{t(`now.origin.${reading.assurance.origin}`)}</dd>
        </div>
        <Doubts reading={reading} />
      </dl>
      <Scroll name={t('now.registers')}>
        <table>
          <thead>
            <tr>
              <th scope='col'>{t('now.register')}</th>
              <th scope='col' class='number'>{t('now.value')}</th>
            </tr>
          </thead>
          <tbody>
            {reading.registers.map((said, i) => (
              <tr key={i}>
                <Name of={said} unknown={t('word.unknown')} />
                <td class='number'>{register(said.value, said.exponent, said.unit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <Texts reading={reading} />
      </Scroll>
    </details>
  )
}
