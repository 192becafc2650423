/**
 * Giving less than before. More is a new consent, and the other side has to ask for it.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { firstChoice, termsOf } from '../consent/choice.ts'
import { ChoiceForm } from '../consent/choice-form.tsx'
import type { GrantView, ShownTerms } from '../consent/state.ts'
import { t } from '../i18n/messages.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { nowSeconds } from '../parts/clock.ts'

/** What a grant still gives: what is over cannot be chosen again. */
function rest({ terms }: GrantView): ShownTerms {
  const now = Math.floor(nowSeconds.peek())
  return terms.from < now && now < terms.until ? { ...terms, from: now } : terms
}

export function Narrow({ grant, done }: { grant: GrantView; done: () => void }): JSX.Element {
  const actions = useActions()
  const [offer] = useState(() => rest(grant))
  const [choice, setChoice] = useState(() => firstChoice(offer, offer.purposes))
  const [problem, setProblem] = useState<string | null>(null)
  const change = (next: typeof choice) => {
    setChoice(next)
    setProblem(null) // it was of the choice before
  }
  const narrow = async () => {
    const terms = termsOf(choice, offer)
    if (typeof terms === 'string') return setProblem(t(`consent.unfit.${terms}`))
    await (await actions.consent()).narrowGrant(grant.id, { ...terms, from: grant.terms.from })
    done()
  }
  return (
    <div class='narrow'>
      <p>{t('sharing.narrow.note')}</p>
      <ChoiceForm offer={offer} optional={[]} choice={choice} change={change} allowed />
      {problem === null ? null : <p class='problem' role='alert'>{problem}</p>}
      <div class='ways'>
        <ActionButton run={narrow}>{t('sharing.narrow.do')}</ActionButton>
        <button type='button' onClick={done}>{t('sharing.keep')}</button>
      </div>
    </div>
  )
}
