/**
 * The key of a meter's customer interface: entered, tried on the telegram at hand, seen to be right,
 * and only then kept. What is entered lives in these fields alone until it is.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { fromHex } from '../../shared/bytes.ts'
import { powerNow } from '../../shared/meter/power.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { systemId, systemName } from '../../shared/meter/system-title.ts'
import { useActions } from '../actions.ts'
import { netOf } from '../chart/net-power.ts'
import { register, watts } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton, sentenceOf } from '../parts/action-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { KeyPlaces } from './key-places.tsx'

const DIGITS = 32

/** As it is printed: in groups of four, with nothing between that is no digit. */
function grouped(entered: string): string {
  const digits = entered.replaceAll(/[\s\-:]/g, '').toUpperCase()
  return digits.replaceAll(/(.{4})(?=.)/g, '$1 ')
}

function hintOf(entered: string): string {
  const digits = entered.replaceAll(/[\s\-:]/g, '')
  if (/[^0-9a-f]/i.test(digits)) return t('key.strange')
  const more = digits.length - DIGITS
  if (more > 0) return t('key.more', { count: more })
  return t('key.digits', { count: digits.length, of: DIGITS })
}

function isWhole(entered: string): boolean {
  return /^[0-9a-f]{32}$/i.test(entered.replaceAll(/[\s\-:]/g, ''))
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
}

function KeyField({ label, value, set }: FieldProps): JSX.Element {
  const id = useId()
  return (
    <>
      <label for={id}>{label}</label>
      <textarea
        id={id}
        class='key'
        rows={2}
        autocomplete='off'
        autocapitalize='off'
        autocorrect='off'
        spellcheck={false}
        aria-describedby={`${id}-hint`}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
        onChange={(event) => set(grouped(event.currentTarget.value))}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.preventDefault()
          event.currentTarget.form?.requestSubmit()
        }}
      />
      <p id={`${id}-hint`} class='muted hint'>{hintOf(value)}</p>
    </>
  )
}

/** What the meter says under the key: people know their counter. */
function Decoded({ reading }: { reading: Reading }): JSX.Element {
  const flow = powerNow(reading)
  const net = flow === null ? null : netOf({ importW: flow.import, exportW: flow.export })
  const counter = reading.registers.find(({ obis }) => /:1\.8\.0\*/.test(obis ?? ''))
  const way = net === null || net === 0 ? 'neither' : net > 0 ? 'import' : 'export'
  return (
    <dl class='pairs'>
      {net === null ? null : (
        <div>
          <dt>{t('key.power')}</dt>
          <dd>{watts(Math.abs(net))} {t(`word.${way}`)}</dd>
        </div>
      )}
      {counter === undefined ? null : (
        <div>
          <dt>{t('key.counter')}</dt>
          <dd>{register(counter.value, counter.exponent, counter.unit)}</dd>
        </div>
      )}
      <div>
        <dt>{t('now.origin')}</dt>
        <dd>{t(`now.origin.${reading.assurance.origin}`)}</dd>
      </div>
    </dl>
  )
}

type Trial =
  | { readonly kind: 'none' | 'testing' | 'wrong' | 'second-wrong' | 'second-missing' }
  | { readonly kind: 'opens'; readonly reading: Reading }
  | { readonly kind: 'failed'; readonly sentence: string }

interface Props {
  /** Hex of the system title. */
  readonly system: string
  readonly kept?: () => void
}

export function KeyForm({ system, kept }: Props): JSX.Element {
  const actions = useActions()
  const [key, setKey] = useState('')
  const [second, setSecond] = useState('')
  const [trial, setTrial] = useState<Trial>({ kind: 'none' })
  const changed = (set: (value: string) => void) => (value: string) => {
    set(value)
    if (trial.kind !== 'testing' && value.trim() !== '') setTrial({ kind: 'none' })
  }
  const test = async () => {
    if (trial.kind === 'testing') return
    if (!isWhole(key) || second.trim() !== '' && !isWhole(second)) {
      return setTrial({ kind: 'failed', sentence: t('problem.meter-key-malformed') })
    }
    setTrial({ kind: 'testing' })
    try {
      const one = second.trim() === ''
      const tested = await actions.testMeterKey(system, key, one ? null : second)
      setTrial(one && tested.kind === 'second-wrong' ? { kind: 'second-missing' } : tested)
    } catch (error) {
      setTrial({ kind: 'failed', sentence: sentenceOf(error) })
    }
  }
  const keep = async () => {
    await actions.keepMeterKey(system)
    setKey('')
    setSecond('')
    setTrial({ kind: 'none' })
    kept?.()
  }
  const title = fromHex(system)
  return (
    <section class='key-form'>
      <h2>{t('key.title')}</h2>
      <p>{t('key.note', { meter: systemName(title), system: systemId(title) })}</p>
      <form
        class='form'
        onSubmit={(event) => {
          event.preventDefault()
          void test()
        }}
      >
        <KeyField label={t('key.label')} value={key} set={changed(setKey)} />
        <details>
          <summary>{t('key.two')}</summary>
          <KeyField label={t('key.second')} value={second} set={changed(setSecond)} />
        </details>
        <button
          type='submit'
          class={trial.kind === 'opens' ? undefined : 'primary'}
          aria-disabled={trial.kind === 'testing'}
        >
          {t('key.test')}
        </button>
      </form>
      {trial.kind === 'wrong'
        ? <Notice what={t('key.wrong')} todo={t('key.wrong.do')} tone='fault' />
        : null}
      {trial.kind === 'second-wrong'
        ? <Notice what={t('key.second-wrong')} todo={t('key.second-wrong.do')} tone='fault' />
        : null}
      {trial.kind === 'second-missing'
        ? <Notice what={t('key.second-missing')} todo={t('key.second-missing.do')} tone='fault' />
        : null}
      {trial.kind === 'failed'
        ? <Notice what={t('key.failed')} todo={trial.sentence} tone='fault' />
        : null}
      {trial.kind === 'opens'
        ? (
          <Notice what={t('key.opens')} todo={t('key.opens.do')}>
            <Decoded reading={trial.reading} />
            <ActionButton look='primary' run={keep}>{t('key.keep')}</ActionButton>
          </Notice>
        )
        : null}
      <KeyPlaces />
    </section>
  )
}
