/**
 * The meters of this browser: their channels, the key that is kept for each, the zone of a clock that
 * does not say it, and the way to one more.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ZoneChoice } from '../now/clock-zone.tsx'
import { canRead } from '../now/first-visit.tsx'
import { KeyForm } from '../now/key-form.tsx'
import { ActionButton } from '../parts/action-button.tsx'
import { Simulated } from '../parts/simulated.tsx'
import { channelName } from '../proof/channel-name.ts'
import { keptKeys, type Meter, meters } from '../state.ts'
import { EraseReadings } from './erase-readings.tsx'

/** What unfolds until it is done. */
function Fold({ name, children }: {
  name: string
  children: (done: () => void) => JSX.Element
}): JSX.Element {
  const [open, setOpen] = useState(false)
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{name}</summary>
      {open ? children(() => setOpen(false)) : null}
    </details>
  )
}

function KeyOfMeter({ system }: { system: string }): JSX.Element {
  const actions = useActions()
  return (
    <>
      <p>{t('key.kept')}</p>
      <Fold name={t('key.replace')}>
        {(done) => <KeyForm system={system} kept={done} />}
      </Fold>
      <Fold name={t('key.forget')}>
        {() => (
          <div class='form'>
            <p>{t('key.forget.note')}</p>
            <p>
              <ActionButton run={() => actions.forgetMeterKey(system)}>
                {t('key.forget')}
              </ActionButton>
            </p>
          </div>
        )}
      </Fold>
    </>
  )
}

function MeterEntry({ meter }: { meter: Meter }): JSX.Element {
  const key = keptKeys.value.find((kept) => kept.meter === meter.id)
  const { clockZone } = meter
  return (
    <li>
      <h3>
        <code>{meter.id}</code> {meter.simulated ? <Simulated /> : null}
      </h3>
      <p class='muted'>{meter.channels.map(channelName).join(', ') || t('word.none')}</p>
      {meter.earlier?.map(({ id, until }) => (
        <p key={`${id} ${until}`} class='muted'>
          {t('settings.meters.earlier', { meter: id, day: dayText(until) })}
        </p>
      ))}
      {key === undefined ? null : <KeyOfMeter system={key.system} />}
      {meter.channels.length === 0
        ? null
        : <Fold name={t('erase')}>{() => <EraseReadings meter={meter} />}</Fold>}
      {clockZone === undefined ? null : (
        <>
          <p>{t('clock.known', { zone: clockZone.replaceAll('_', ' ') })}</p>
          <Fold name={t('clock.change')}>
            {(done) => <ZoneChoice meter={meter.id} zone={clockZone} kept={done} />}
          </Fold>
        </>
      )}
    </li>
  )
}

export function Meters(): JSX.Element {
  const actions = useActions()
  const { route } = useLocation()
  return (
    <section>
      <h2>{t('settings.meters')}</h2>
      {meters.value.length === 0 ? <p>{t('settings.meters.none')}</p> : (
        <>
          <ul class='meters'>
            {meters.value.map((meter) => <MeterEntry key={meter.id} meter={meter} />)}
          </ul>
          {canRead()
            ? (
              <>
                <p>{t('settings.meters.another')}</p>
                <p>
                  <ActionButton
                    run={async () => {
                      await actions.connectMeter()
                      route('/') // where what is heard is told
                    }}
                  >
                    {t('do.connect-another')}
                  </ActionButton>
                </p>
              </>
            )
            : null}
        </>
      )}
    </section>
  )
}
