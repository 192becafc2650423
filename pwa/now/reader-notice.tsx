/**
 * What the reader is doing, where it is anything but reading: what happened, what to do, one button.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { decimal } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Copyable } from '../parts/copyable.tsx'
import { Notice } from '../parts/notice.tsx'
import { type Meter, meters, reader, type ReaderFailure, replaced, shownMeter } from '../state.ts'
import { frameText } from './telegram.tsx'

function Failure({ why }: { why: ReaderFailure }): JSX.Element {
  const actions = useActions()
  const isLinux = /Linux/.test(navigator.userAgent) && !/Android/.test(navigator.userAgent)
  return (
    <Notice what={t(`failure.${why}.what`)} todo={t(`failure.${why}.do`)} tone='fault'>
      {(why === 'not-allowed' || why === 'port-busy') && isLinux
        ? (
          <details>
            <summary>Linux</summary>
            <p>{t('failure.not-allowed.linux')}</p>
            <Copyable text='sudo usermod -aG dialout $USER' />
          </details>
        )
        : null}
      {why === 'line-check-missing'
        ? (
          <ActionButton look='primary' run={() => actions.waiveLineCheck()}>
            {t('do.waive')}
          </ActionButton>
        )
        : why === 'not-supported'
        ? (
          <ActionButton look='primary' run={() => actions.trySimulatedMeter()}>
            {t('do.simulate')}
          </ActionButton>
        )
        : (
          <ActionButton look='primary' run={() => actions.connectMeter()}>
            {why === 'not-allowed' ? t('do.connect') : t('do.again')}
          </ActionButton>
        )}
    </Notice>
  )
}

/** The meter whose reading has stopped can be read again the way it was read before. */
function Idle({ meter }: { meter: Meter | undefined }): JSX.Element {
  const actions = useActions()
  const simulated = meter?.simulated === true
  return (
    <Notice what={t('reader.idle')} todo={t('reader.idle.do')}>
      <ActionButton
        look='primary'
        run={() => simulated ? actions.trySimulatedMeter() : actions.connectMeter()}
      >
        {simulated ? t('do.simulate') : t('do.connect')}
      </ActionButton>
    </Notice>
  )
}

export function ReaderNotice(): JSX.Element | null {
  const state = reader.value
  switch (state.kind) {
    case 'idle':
      return meters.value.length === 0 || replaced.value
        ? null
        : <Idle meter={meters.value.find((meter) => meter.id === shownMeter.value)} />
    case 'choosing':
      return <Notice what={t('reader.choosing')} todo={t('reader.choosing.do')} />
    case 'detecting':
      return (
        <Notice what={t('reader.detecting')} todo={t('reader.detecting.do')}>
          <progress
            value={state.step}
            max={state.steps}
            aria-label={t('reader.detecting')}
          />
          <p class='muted'>
            {t('reader.detecting.step', {
              step: state.step,
              steps: state.steps,
              baud: decimal(state.settings.baudRate),
              frame: frameText(state.settings),
            })}
          </p>
        </Notice>
      )
    case 'reading':
      return state.quiet ? <Notice what={t('reader.quiet')} todo={t('reader.quiet.do')} /> : null
    case 'unplugged':
      return <Notice what={t('reader.unplugged')} todo={t('reader.unplugged.do')} />
    case 'watching':
      return <Notice what={t('reader.watching')} todo={t('reader.watching.do')} />
    default:
      return <Failure why={state.why} />
  }
}
