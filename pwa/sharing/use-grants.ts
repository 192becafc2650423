/**
 * Reads and verifies the owner's history when a room that shows it is opened.
 *
 * @module
 */
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { identities } from '../state.ts'

/** What went wrong, if something did, and how to try again. */
export function useGrants(): { readonly problem: string | null; readonly again: () => void } {
  const actions = useActions()
  const [problem, setProblem] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  // Without an owner there is no history.
  const wanted = identities.value !== null
  useEffect(() => {
    if (!wanted) return
    setProblem(null)
    const show = async () => await (await actions.consent()).showGrants()
    show().catch((error: unknown) => setProblem(sentenceOf(error)))
  }, [wanted, attempt])
  return { problem, again: () => setAttempt((before) => before + 1) }
}
