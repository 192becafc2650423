/**
 * Looks for what was given to this owner, and verifies it, when a room that shows it is opened.
 *
 * @module
 */
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { identities } from '../state.ts'

/** What went wrong, if something did, and how to look again. */
export function useShared(): { readonly problem: string | null; readonly again: () => void } {
  const actions = useActions()
  const [problem, setProblem] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const wanted = identities.value !== null
  useEffect(() => {
    if (!wanted) return
    const show = async () => {
      await (await actions.consent()).showShared()
      setProblem(null)
    }
    show().catch((error: unknown) => setProblem(sentenceOf(error)))
  }, [wanted, attempt])
  return { problem, again: () => setAttempt((before) => before + 1) }
}
