/**
 * What the readers are doing, where it is anything but reading: what happened, what to do, one button.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useActions } from '../actions.ts'
import { decimal } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'
import { Copyable } from '../parts/copyable.tsx'
import { later } from '../parts/later.tsx'
import { Notice } from '../parts/notice.tsx'
import {
  type Meter,
  meters,
  type Reader,
  type ReaderFailure,
  type ReaderQuestion,
  readers,
  type ReaderState,
  replaced,
  shownMeter,
  shownReader,
} from '../state.ts'
import { byGateway, GatewayNotice } from './by-gateway.tsx'
import { SaveLine } from './save-line.tsx'
import { frameText } from './telegram.tsx'

const KeyForm = later(async () => (await import('./key-form.tsx')).KeyForm)

function FailureButton({ why, reader }: { why: ReaderFailure; reader: string }): JSX.Element {
  const actions = useActions()
  if (why === 'line-check-missing') {
    return (
      <ActionButton look='primary' run={() => actions.waiveLineCheck(reader)}>
        {t('do.waive')}
      </ActionButton>
    )
  }
  if (why === 'not-supported') {
    return (
      <ActionButton look='primary' run={() => actions.trySimulatedMeter()}>
        {t('do.simulate')}
      </ActionButton>
    )
  }
  if (why === 'silence' || why === 'noise' || why === 'no-answer') {
    return (
      <>
        {why === 'no-answer' ? null : <p>{t(`failure.${why}.ask`)}</p>}
        <div class='ways'>
          <ActionButton look='primary' run={() => actions.connectMeter()}>
            {t('do.again')}
          </ActionButton>
          <ActionButton run={() => actions.askMeter(reader)}>{t('do.ask')}</ActionButton>
        </div>
      </>
    )
  }
  if (why === 'meter-calls') {
    return (
      <ActionButton look='primary' run={() => actions.askMeter(reader)}>
        {t('do.answer-call')}
      </ActionButton>
    )
  }
  return (
    <ActionButton look='primary' run={() => actions.connectMeter()}>
      {why === 'not-allowed' ? t('do.connect') : t('do.again')}
    </ActionButton>
  )
}

/** Something came, and was not read: a bug report needs it. */
const UNREAD: readonly ReaderFailure[] = [
  'noise',
  'other-protocol',
  'wrong-parity-or-inverted',
  'encrypted',
  'line-check-missing',
]

interface FailureProps {
  readonly why: ReaderFailure
  readonly reader: string
  readonly words: (what: string) => string
}

function Failure({ why, reader, words }: FailureProps): JSX.Element {
  const isLinux = /Linux/.test(navigator.userAgent) && !/Android/.test(navigator.userAgent)
  return (
    <Notice what={words(t(`failure.${why}.what`))} todo={t(`failure.${why}.do`)} tone='fault'>
      {(why === 'not-allowed' || why === 'port-busy') && isLinux
        ? (
          <details>
            <summary>Linux</summary>
            <p>{t('failure.not-allowed.linux')}</p>
            <Copyable text='sudo usermod -aG dialout $USER' />
          </details>
        )
        : null}
      <FailureButton why={why} reader={reader} />
      {UNREAD.includes(why) ? <SaveLine reader={reader} /> : null}
    </Notice>
  )
}

type AskingState = ReaderState & { readonly kind: 'asking' }

/** How it is asked, where that can be said. */
function wayOf({ protocol, settings, calls }: AskingState): string {
  const values = { baud: decimal(settings.baudRate), frame: frameText(settings) }
  if (calls === true) return t('reader.asking.calls', values)
  const way = protocol === 'mbus' || protocol === 'modbus' ? protocol : 'd0'
  return t(`reader.asking.${way}`, values)
}

/**
 * Time where it is known how long is waited at most, otherwise how many ways were begun; neither
 * once an answer comes, for nobody knows how long it is.
 */
function howFar({ step, steps, bytes, wait }: AskingState): { value: number; max: number } | null {
  if (bytes > 0) return null
  if (wait !== undefined) {
    const { from, until } = wait
    return { value: Math.min(Math.max(nowSeconds.value, from), until) - from, max: until - from }
  }
  return steps > 1 ? { value: step, max: steps } : null
}

function Asking(state: AskingState): JSX.Element {
  const { step, steps, bytes } = state
  const way = wayOf(state)
  const far = howFar(state)
  const label = t('reader.asking')
  return (
    <>
      {far === null
        ? <progress key='unknown' aria-label={label} />
        : <progress key='known' aria-label={label} {...far} />}
      <p class='muted'>
        {steps > 1 && bytes === 0 ? t('reader.asking.of', { step, steps, way }) : way}
      </p>
      {bytes > 0 ? <p class='muted'>{t('reader.asking.step', { bytes: decimal(bytes) })}</p> : null}
    </>
  )
}

interface QuestionProps {
  readonly reader: string
  readonly question: ReaderQuestion
  readonly words: (what: string) => string
}

type OtherMeter = ReaderQuestion & { readonly about: 'other-meter' }

function wordsOfOther({ before, meter, changed, own }: OtherMeter): [string, string] {
  if (!own) return [t('question.other-title', { meter }), t('question.other-title.do')]
  const what = t('question.other-meter', { meter })
  return [what, t(changed ? 'question.other-meter.do' : 'question.other-meter.own', { before })]
}

function Question({ reader, question, words }: QuestionProps): JSX.Element {
  const actions = useActions()
  const { about } = question
  const [what, todo] = question.about === 'word-order'
    ? [
      t('question.word-order', { device: question.device }),
      t('question.word-order.do', { hertz: decimal(Math.round(question.millihertz / 10), -2) }),
    ]
    : wordsOfOther(question)
  const isChange = question.about === 'other-meter' && question.changed
  const isOwn = question.about !== 'other-meter' || question.own
  return (
    <Notice what={words(what)} todo={todo}>
      <div class='ways'>
        {isChange
          ? (
            <ActionButton look='primary' run={() => actions.answerReader(reader, 'changed')}>
              {t('question.other-meter.changed')}
            </ActionButton>
          )
          : null}
        {isOwn
          ? (
            <ActionButton
              {...(isChange ? {} : { look: 'primary' })}
              run={() => actions.answerReader(reader, 'yes')}
            >
              {t(`question.${about}.yes`)}
            </ActionButton>
          )
          : null}
        <ActionButton run={() => actions.answerReader(reader, 'no')}>
          {t(`question.${about}.no`)}
        </ActionButton>
      </div>
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

/** @param other of a meter that is not the one shown, which is then named */
function LineNotice({ reader, other }: { reader: Reader; other: boolean }): JSX.Element | null {
  const { id, meter, state } = reader
  const words = (what: string) => other && meter !== null ? t('reader.of', { meter, what }) : what
  switch (state.kind) {
    case 'idle':
      return null
    case 'choosing':
      return <Notice what={t('reader.choosing')} todo={t('reader.choosing.do')} />
    case 'detecting':
      return (
        <Notice what={words(t('reader.detecting'))} todo={t('reader.detecting.do')}>
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
    case 'asking':
      return (
        <Notice what={words(t('reader.asking'))} todo={t('reader.asking.do')}>
          <Asking {...state} />
        </Notice>
      )
    case 'question':
      return <Question reader={id} question={state.question} words={words} />
    case 'reading':
      return state.quiet
        ? <Notice what={words(t('reader.quiet'))} todo={t('reader.quiet.do')} />
        : null
    case 'locked':
      return (
        <>
          <Notice
            what={words(t(`reader.${state.why}`))}
            todo={t(`reader.${state.why}.do`)}
            tone={state.why === 'key-wrong' ? 'fault' : 'plain'}
          />
          <KeyForm system={state.system} />
        </>
      )
    case 'unplugged':
      return <Notice what={words(t('reader.unplugged'))} todo={t('reader.unplugged.do')} />
    case 'watching':
      return other ? null : <Notice what={t('reader.watching')} todo={t('reader.watching.do')} />
    default:
      return <Failure why={state.why} reader={id} words={words} />
  }
}

export function ReaderNotice(): JSX.Element | null {
  const shown = shownReader.value
  const gateway = byGateway()
  const idle = (shown === null || shown.state.kind === 'idle') && meters.value.length > 0 &&
    !replaced.value
  return (
    <>
      {idle && gateway !== null ? <GatewayNotice {...gateway} /> : null}
      {idle && gateway === null
        ? <Idle meter={meters.value.find((meter) => meter.id === shownMeter.value)} />
        : null}
      {shown === null ? null : <LineNotice key={shown.id} reader={shown} other={false} />}
      {readers.value.filter((reader) => reader !== shown).map((reader) => (
        <LineNotice key={reader.id} reader={reader} other />
      ))}
    </>
  )
}
