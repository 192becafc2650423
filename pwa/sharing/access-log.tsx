/**
 * Who read which blocks when, hour by hour, as the platform counted it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import type { AccessEntry } from '../consent/state.ts'
import { classesText, lineText, meterText, resolutionText } from '../consent/words.ts'
import { clock, dayShort, decimal } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Scroll } from '../parts/scroll.tsx'

/** More are no longer read; older ones come on demand. */
const page = 24

export function AccessLog({ grant }: { grant: string }): JSX.Element {
  const actions = useActions()
  const [log, setLog] = useState<readonly AccessEntry[] | null>(null)
  const [most, setMost] = useState(page)
  if (log === null) {
    return (
      <div>
        <ActionButton
          run={async () => setLog(await (await actions.consent()).accessLog(grant))}
        >
          {t('sharing.log.show')}
        </ActionButton>
      </div>
    )
  }
  if (log.length === 0) return <p>{t('sharing.log.none')}</p>
  const lines = new Set(log.map(({ line }) => lineText(line)))
  return (
    <>
      <Scroll name={t('sharing.log')}>
        <table class='log'>
          <thead>
            <tr>
              <th scope='col'>{t('sharing.log.when')}</th>
              {lines.size < 2 ? null : <th scope='col'>{t('sharing.log.what')}</th>}
              <th scope='col' class='number'>{t('sharing.log.blocks')}</th>
              <th scope='col' class='number'>{t('sharing.log.count')}</th>
            </tr>
          </thead>
          <tbody>
            {log.slice(0, most).map(({ hour, line, ...entry }) => (
              <tr key={`${hour} ${lineText(line)}`}>
                <th scope='row'>
                  {dayShort(hour)}
                  <span class='muted'>{clock(hour)}–{clock(hour + 3600)}</span>
                </th>
                {lines.size < 2 ? null : (
                  <td>
                    {classesText(line)}
                    <span class='muted'>
                      {resolutionText(line.resolution)}, {meterText(line.meter)}
                    </span>
                  </td>
                )}
                <td class='number'>{decimal(entry.first)}–{decimal(entry.last)}</td>
                <td class='number'>{decimal(entry.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {log.length > most
        ? (
          <div>
            <button type='button' onClick={() => setMost(most + page)}>
              {t('sharing.log.more', { count: log.length - most })}
            </button>
          </div>
        )
        : null}
    </>
  )
}
