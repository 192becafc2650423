/**
 * Sharing with somebody at home: whose address it is, what of one's own it may read, and the
 * owner's word. No and yes weigh the same.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { shift } from '../../shared/consent/request.ts'
import { useActions } from '../actions.ts'
import { firstChoice, termsOf } from '../consent/choice.ts'
import { ChoiceForm } from '../consent/choice-form.tsx'
import { Progress } from '../consent/progress.tsx'
import type { PersonOffer } from '../consent/state.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { CodeField } from '../parts/code-field.tsx'
import { Fingerprint } from '../parts/copyable.tsx'
import { RoomTitle } from '../parts/room-title.tsx'

export function Share(): JSX.Element {
  const actions = useActions()
  const [person, setPerson] = useState<PersonOffer | null>(null)
  const [link, setLink] = useState(linked)
  useEffect(() => {
    const follow = () => {
      setLink(linked())
      setPerson(null)
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  const find = async (address: string) => {
    setPerson(await (await actions.consent()).openPerson(address))
  }
  return person === null
    ? <Address key={link} find={find} />
    : <Give key={person.id} person={person} />
}

/** What stands behind the `#` of a link; it is no secret. */
const linked = () => location.hash.slice(1)

function Address({ find }: { find: (address: string) => Promise<void> }): JSX.Element {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(linked)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const look = async (address: string) => {
    setBusy(true)
    setProblem(null)
    try {
      await find(address)
    } catch (error) {
      setProblem(sentenceOf(error))
      setBusy(false)
      field.current?.focus()
    }
  }
  useEffect(() => {
    if (linked() !== '') void look(linked())
  }, [])
  return (
    <div class='room' aria-busy={busy}>
      <RoomTitle>{t('share.title')}</RoomTitle>
      <p>{t('share.text')}</p>
      <form
        class='form'
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) void look(typed)
        }}
      >
        <label for={id}>{t('share.address')}</label>
        <p id={`${id}-note`} class='muted'>{t('share.address.note')}</p>
        <CodeField
          id={id}
          field={field}
          most={400}
          autocapitalize='none'
          problem={problem}
          value={typed}
          change={setTyped}
        />
        <div>
          <button type='submit' aria-disabled={busy}>{t('share.find')}</button>
        </div>
      </form>
    </div>
  )
}

/** Each telegram tells most: that is chosen, not left away. */
function modest({ offer }: PersonOffer): ReturnType<typeof firstChoice> {
  const choice = firstChoice(offer, offer.purposes)
  return {
    ...choice,
    resolutions: choice.resolutions.map((one) => one === 'live' ? null : one),
    until: shift(offer.from, 'P1Y', 1),
    history: offer.from,
  }
}

function Give({ person }: { person: PersonOffer }): JSX.Element {
  const actions = useActions()
  const { route } = useLocation()
  const id = useId()
  const [name, setName] = useState(person.name)
  const [choice, setChoice] = useState(() => modest(person))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const { offer, holds } = person

  const give = async () => {
    const terms = termsOf(choice, offer)
    if (typeof terms === 'string') return setProblem(t('share.nothing'))
    setBusy(true)
    setProblem(null)
    try {
      const grant = await (await actions.consent()).shareWith(person.id, name, terms)
      route(`/sharing/${grant}`)
    } catch (error) {
      setProblem(sentenceOf(error))
      setBusy(false)
    }
  }

  return (
    <div class='room consent'>
      <RoomTitle>{t('share.with')}</RoomTitle>
      <section>
        <h2>{t('share.who')}</h2>
        <p>{t('share.compare')}</p>
        <p>
          <Fingerprint hex={person.fingerprint.replaceAll(' ', '')} />
        </p>
        <p class='pick'>
          <label for={id}>{t('share.name')}</label>
          <input
            id={id}
            type='text'
            maxLength={40}
            autocomplete='off'
            aria-describedby={`${id}-note`}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </p>
        <p id={`${id}-note`} class='muted'>{t('share.name.note')}</p>
        {holds === null ? null : (
          <p>
            {t('share.holds')} <a href={`/sharing/${holds}`}>{t('consent.holds.see')}</a>
          </p>
        )}
      </section>
      {offer.lines.length === 0 ? <p>{t('share.no-meter')}</p> : (
        <ChoiceForm
          offer={offer}
          optional={[]}
          choice={choice}
          change={(next) => {
            setChoice(next)
            setProblem(null)
          }}
          offered
        />
      )}
      <section>
        <h2>{t('consent.then')}</h2>
        <ul class='means'>
          <li>{t('share.then.yes')}</li>
          <li>{t('consent.then.back')}</li>
        </ul>
      </section>
      <div class='answers'>
        {problem === null ? null : <p class='problem' role='alert'>{problem}</p>}
        <div class='both'>
          <button type='button' aria-disabled={busy} onClick={() => busy || route('/sharing')}>
            {t('share.no')}
          </button>
          <button type='button' aria-disabled={busy} onClick={() => void (busy || give())}>
            {t('share.yes')}
          </button>
        </div>
        {busy ? <Progress /> : null}
      </div>
    </div>
  )
}
