/**
 * Looking for what gateways have sealed, while the page is open, in the one tab that reads and verifies.
 *
 * @module
 */
import { latest, meters } from '../state.ts'
import type { Engine } from './engine.ts'

const EVERY = 30_000
/** The first reading is waited for. */
const FIRST = 5_000

/** A gateway's readings come to the platform, and from there while the page is open. */
export function lookEachHalfMinute(
  engine: Pick<Engine, 'lookElsewhere'>,
): { begin(): void; end(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  const next = () => (timer = setTimeout(() => void look(), pauseNow()))
  const pauseNow = () =>
    meters.peek().some(({ id, gateway }) => gateway && !latest.peek().has(id)) ? FIRST : EVERY
  async function look(): Promise<void> {
    const of = timer
    await engine.lookElsewhere().catch(() => undefined) // with the next look
    if (timer === of) next()
  }
  return {
    begin: next,
    end() {
      clearTimeout(timer)
      timer = undefined
    },
  }
}
