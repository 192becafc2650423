/**
 * The simulated meter at the end of a simulated line: first its last forty days in fast motion, a
 * telegram a quarter-hour and for the last of them one a minute, then one telegram a second as a
 * real meter sends them. What comes off the line goes the same way as from a real one.
 *
 * @module
 */
import { p1Line } from '../../shared/meter/line.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import type { Found } from './found.ts'
import type { SerialLine } from './line.ts'

/** What there is to find at its line. */
export const SIMULATED: Found = { protocol: 'p1', settings: p1Line }

/** Which household it is: always the same one. */
const SEED = 1
const DAY = 86_400
const HISTORY = 40 * DAY
const QUARTER = 900
const MINUTE = 60
/** So many telegrams at a time, for the page to stay responsive. */
const BURST = 20

const seconds = () => Math.floor(Date.now() / 1000)

/** @param from where the record of this meter left off; the line begins after it */
export function simulatedLine(from: number | null): SerialLine {
  const meter = createSimulatedMeter({ seed: SEED, startWh: 4_317_000 })
  let open = false
  let clock = Math.max(from ?? 0, seconds() - HISTORY)
  let stop: () => void = () => undefined

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      stop = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    port: null,
    usb: null,
    simulated: true,
    now: () => clock,
    open(settings) {
      open = settings.baudRate === p1Line.baudRate && settings.parity === p1Line.parity
      return Promise.resolve()
    },
    async listen(heard) {
      while (open) {
        for (let sent = 0; sent < BURST && open && nextOf(clock) < seconds(); sent++) {
          clock = nextOf(clock)
          heard(meter.telegramAt(clock))
        }
        if (nextOf(clock) < seconds()) {
          await wait(0)
          continue
        }
        // A tab that slept for a while catches up above.
        clock = Math.max(clock, seconds())
        heard(meter.telegramAt(clock))
        await wait(1000 - (Date.now() % 1000))
      }
      return 'closed'
    },
    write: () => Promise.resolve(),
    close() {
      open = false
      stop()
      return Promise.resolve()
    },
  }
}

/** The next telegram of the past. */
function nextOf(at: number): number {
  const step = at < seconds() - DAY ? QUARTER : MINUTE
  return (Math.floor(at / step) + 1) * step
}
