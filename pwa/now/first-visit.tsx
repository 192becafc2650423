/**
 * The first visit: one sentence, one button, one link, and what this browser can and cannot do.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { type PlainKey, t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Icon } from '../parts/icon.tsx'
import { later } from '../parts/later.tsx'
import { RoomTitle } from '../parts/room-title.tsx'
import { serialWay } from '../reader/serial-way.ts'
import { reader, readers } from '../state.ts'

const ReaderNotice = later(async () => (await import('./reader-notice.tsx')).ReaderNotice)
const StopReading = later(async () => (await import('./stop-reading.tsx')).StopReading)

/** Whether this browser, on this page, can read a serial line. */
export function canRead(): boolean {
  return serialWay() !== null
}

interface Ability {
  readonly can: boolean
  readonly text: PlainKey
}

function abilities(): Ability[] {
  const keys = isSecureContext && 'subtle' in crypto && 'indexedDB' in globalThis
  const way = serialWay()
  return [
    {
      can: way !== null,
      text: way !== null
        ? `first.can.${way}`
        : isSecureContext
        ? 'first.cannot.serial'
        : 'first.cannot.insecure',
    },
    { can: keys, text: keys ? 'first.can.keys' : 'first.cannot.keys' },
    ...(keys ? [{ can: true, text: 'first.can.offline' } as const] : []),
    { can: false, text: 'first.cannot.sleep' },
  ]
}

/** What this browser can and cannot do. */
export function Abilities(): JSX.Element {
  return (
    <ul class='abilities'>
      {abilities().map(({ can, text }) => (
        <li key={text} class={can ? 'can' : 'cannot'}>
          <Icon name={can ? 'can' : 'cannot'} />
          <span>{t(text)}</span>
        </li>
      ))}
    </ul>
  )
}

export function FirstVisit(): JSX.Element {
  const actions = useActions()
  const { kind } = reader.value
  const idle = kind === 'idle'
  return (
    <div class='room first'>
      <RoomTitle>{t('first.title')}</RoomTitle>
      <p class='lead'>{t('first.sentence')}</p>
      {readers.value.length === 0 ? null : <ReaderNotice />}
      {idle
        ? (
          <div class='ways'>
            {canRead()
              ? (
                <ActionButton look='primary' run={() => actions.connectMeter()}>
                  {t('do.connect')}
                </ActionButton>
              )
              : null}
            <ActionButton
              look={canRead() ? 'link' : 'primary'}
              run={() => actions.trySimulatedMeter()}
            >
              {t('do.simulate')}
            </ActionButton>
          </div>
        )
        : null}
      {idle ? <p class='muted'>{t('first.simulated.note')}</p> : <StopReading />}
      {idle || kind === 'failed'
        ? (
          <section>
            <h2>{t('first.can')}</h2>
            <Abilities />
          </section>
        )
        : null}
    </div>
  )
}
