/**
 * The bars of a channel in a stretch of time, from verified blocks. The newest stretch of each
 * channel is remembered as bars: who looks at a year, then at a month of it, waits once; of the
 * platform only what is new since then is asked for.
 *
 * @module
 */
import { equal, toHex } from '../../shared/bytes.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { energyBars } from './bars.ts'
import { withUnsent } from './kept-day.ts'
import type { MeterChannel } from './read-back.ts'
import type { Access, Energy, RangeOptions, Remembered, Run, Stretch } from './access.ts'
import { readRange } from './read-range.ts'

export async function readEnergy(
  access: Access,
  channel: MeterChannel,
  stretch: Stretch,
  options: RangeOptions,
): Promise<Energy> {
  const name = toHex(channel.id)
  const { from, to } = stretch
  const known = access.remembered.get(name)
  const isInside = known !== undefined && known.stretch.from <= from && known.stretch.to >= to
  const more = isInside ? await goOn(access, channel, known, options) : null
  // Of a part of what is remembered, it is not known how many blocks could not be opened.
  const isSame = known?.stretch.from === from && known.stretch.to === to
  const { remembered, rest, unopened } = more !== null && (isSame || more.unopened === 0)
    ? more
    : await readAll(access, channel, stretch, options)
  if (remembered !== null && lengthOf(remembered.stretch) >= lengthOf(known?.stretch)) {
    access.remembered.set(name, remembered)
  }
  const end = to + boundaryWindow
  const unsent = energyBars(await withUnsent(access.vault, channel, rest, from, end), stretch)
  const inside = remembered?.bars.filter((bar) => bar.to > from + boundaryWindow && bar.to <= end)
  return {
    bars: [...inside ?? [], ...unsent.bars],
    unit: remembered?.unit ?? unsent.unit,
    unopened,
  }
}

/** The longest is kept: what is short is soon read again. */
function lengthOf(stretch: Stretch | undefined): number {
  return stretch === undefined ? 0 : stretch.to - stretch.from
}

interface Found {
  /** Null where the stretch has no blocks or is no single run of them. */
  readonly remembered: Remembered | null
  /** What is to be put together with what was not sent yet. */
  readonly rest: readonly Run[]
  readonly unopened: number
}

async function readAll(
  access: Access,
  channel: MeterChannel,
  stretch: Stretch,
  options: RangeOptions,
): Promise<Found> {
  const end = stretch.to + boundaryWindow
  const runs = await readRange(access, channel, stretch.from, end, { ...options, across: true })
  const [run, ...others] = runs
  const newest = run?.readings.at(-1)
  if (run === undefined || newest === undefined || others.length > 0) {
    const unopened = runs.reduce((sum, run) => sum + run.unopened, 0)
    return { remembered: null, rest: runs, unopened }
  }
  const lastId = run.ends[1].id
  const { unopened } = run
  const energy = { ...energyBars([run.readings], stretch), unopened }
  const remembered = { ...energy, stretch, run, lastId, newest }
  return { remembered: slim(remembered), rest: [{ ...run, readings: [newest] }], unopened }
}

/** What came since; null where that does not simply follow. */
async function goOn(
  access: Access,
  channel: MeterChannel,
  known: Remembered,
  options: RangeOptions,
): Promise<Found | null> {
  const { stretch, run, lastId, newest, bars, unit } = known
  const end = stretch.to + boundaryWindow
  // With the last block again, which the next one must follow.
  const after = run.last - 1
  const [more, ...others] = await readRange(access, channel, stretch.from, end, {
    ...options,
    after,
  })
  if (more === undefined || others.length > 0 || !equal(more.ends[0].id, lastId)) return null
  const readings = [newest, ...more.readings.slice(run.readingsOfLast)]
  // The last block came again, and was counted if it has no readings.
  const unopened = known.unopened + more.unopened - (run.readingsOfLast === 0 ? 1 : 0)
  const next = {
    stretch,
    run: more,
    lastId: more.ends[1].id,
    newest: readings.at(-1) ?? newest,
    bars: [...bars, ...energyBars([readings], stretch).bars],
    unit,
    unopened,
  }
  return { remembered: slim(next), rest: [{ ...more, readings: [next.newest] }], unopened }
}

/** Without the readings, which are many times as much. */
function slim({ run, ...rest }: Remembered): Remembered {
  return { ...rest, run: { last: run.last, readingsOfLast: run.readingsOfLast } }
}
