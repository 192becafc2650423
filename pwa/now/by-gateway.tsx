/**
 * A meter that a gateway reads: nothing is to be connected here, and its readings come by themselves.
 * Where they do not, that is said, with what can be done about it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { Notice } from '../parts/notice.tsx'
import { latest, meters, online, shownMeter } from '../state.ts'

/** A block comes each minute: several are missing. Seconds. */
const QUIET = 300

export interface ByGateway {
  readonly name: string
  readonly how: 'reads' | 'none' | 'quiet'
}

/** Null where no gateway reads the shown meter. */
export function byGateway(): ByGateway | null {
  const id = shownMeter.value ?? meters.value[0]?.id ?? ''
  const name = meters.value.find((meter) => meter.id === id)?.gateway
  if (name === undefined) return null
  const seenAt = latest.value.get(id)?.seenAt
  if (seenAt === undefined) return { name, how: 'none' }
  return { name, how: nowSeconds.value - seenAt / 1000 > QUIET ? 'quiet' : 'reads' }
}

export function GatewayNotice({ name, how }: ByGateway): JSX.Element {
  // While the platform cannot be reached, nothing is known of the gateway; that is said elsewhere.
  if (how === 'reads' || !online.value) return <p class='muted'>{t('reader.gateway', { name })}</p>
  return (
    <Notice what={t(`reader.gateway.${how}`, { name })} todo={t(`reader.gateway.${how}.do`)}>
      <a href='/settings#devices'>{t('devices.all')}</a>
    </Notice>
  )
}
