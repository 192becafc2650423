/**
 * A meter whose clock does not say its zone: asked once, and remembered for this meter. Until then
 * the browser's own zone is taken where the clocks agree in it; elsewhere nothing is kept. Both are
 * said.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { waitsForZone } from '../household/clock-zone.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Notice } from '../parts/notice.tsx'
import type { Reading } from '../../shared/meter/reading.ts'

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** The browser's own first. */
function zones(): string[] {
  return [browserZone, ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== browserZone)]
}

interface Props {
  readonly meter: string
  /** As it was told before. */
  readonly zone?: string
  readonly kept?: () => void
}

export function ZoneChoice({ meter, zone = browserZone, kept }: Props): JSX.Element {
  const actions = useActions()
  const id = useId()
  const [chosen, choose] = useState(zone)
  const keep = async () => {
    await actions.setClockZone(meter, chosen)
    kept?.()
  }
  return (
    <div class='form zone-choice'>
      <label for={id}>{t('clock.zone')}</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {zones().map((name) => <option key={name} value={name}>{name.replaceAll('_', ' ')}
        </option>)}
      </select>
      <ActionButton look='primary' run={keep}>{t('clock.keep')}</ActionButton>
    </div>
  )
}

export function ClockQuestion({ reading }: { reading: Reading }): JSX.Element {
  const todo = waitsForZone(reading, null)
    ? t('clock.asked.waits')
    : t('clock.asked.do', { zone: browserZone })
  return (
    <Notice what={t('clock.asked')} todo={todo}>
      <ZoneChoice meter={reading.meter} />
    </Notice>
  )
}
