/**
 * Work that is due, done again and again while the process runs: one round after the other, at once
 * where there was something to do, else after a while. What fails is told and tried in the next.
 *
 * @module
 */
import type { Log } from '../server/context.ts'

const IDLE = 2000

/**
 * @param work gives how much there was to do
 * @param idle milliseconds until the next round where there was nothing
 */
export async function whileRunning(
  work: () => Promise<number>,
  stopping: AbortSignal,
  log: Log,
  idle: number = IDLE,
): Promise<void> {
  while (!stopping.aborted) {
    const done = await work().catch((error: unknown) => {
      const name = error instanceof Error ? error.name : 'unknown'
      log({ level: 'error', message: 'due work failed', error: name })
      return 0
    })
    if (done === 0) await pause(idle, stopping)
  }
}

async function pause(idle: number, stopping: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = () => {
      clearTimeout(timer)
      stopping.removeEventListener('abort', over)
      resolve()
    }
    const timer = setTimeout(over, idle)
    stopping.addEventListener('abort', over)
    if (stopping.aborted) over()
  })
}
