/**
 * Looks for what a room of Sharing shows, and verifies it: when the room is opened, and when its tab
 * is come back to.
 *
 * @module
 */
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import type { ConsentActions } from '../consent/state.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { identities } from '../state.ts'

export interface LookedUp {
  /** What went wrong, if something did. */
  readonly problem: string | null
  readonly again: () => void
}

/** The owner's history, and what it gives. */
export function useGrants(): LookedUp {
  return useLookedUp((consent) => consent.showGrants())
}

/** What others gave to this owner. */
export function useShared(): LookedUp {
  return useLookedUp((consent) => consent.showShared())
}

function useLookedUp(look: (consent: ConsentActions) => Promise<void>): LookedUp {
  const actions = useActions()
  const [problem, setProblem] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const again = () => setAttempt((before) => before + 1)
  // Without an owner there is neither.
  const wanted = identities.value !== null
  useEffect(() => {
    if (!wanted) return
    const show = async () => {
      await look(await actions.consent())
      setProblem(null)
    }
    show().catch((error: unknown) => setProblem(sentenceOf(error)))
  }, [wanted, attempt])
  useEffect(() => {
    const seen = () => {
      if (document.visibilityState === 'visible') again()
    }
    document.addEventListener('visibilitychange', seen)
    return () => document.removeEventListener('visibilitychange', seen)
  }, [])
  return { problem, again }
}
