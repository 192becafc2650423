/**
 * The bars of a channel in a stretch of time, from verified blocks. The newest stretch of each
 * channel is remembered as bars: who looks at a year, then at a month of it, waits once; of the
 * platform only what is new since then is asked for.
 *
 * @module
 */
import { equal, toHex } from '../../shared/bytes.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import type { EnergyBar } from '../state.ts'
import { energyBars, growingBars } from './bars.ts'
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
  const found = more !== null && (isSame || more.unopened === 0)
    ? more
    : await readAll(access, channel, stretch, options)
  const { remembered, rest, unopened } = found
  if (remembered !== null && lengthOf(remembered.stretch) >= lengthOf(known?.stretch)) {
    access.remembered.set(name, remembered)
  }
  const end = to + boundaryWindow
  const unsent = energyBars(await withUnsent(access.vault, channel, rest, from, end), stretch)
  const isWhole = isSame || more !== found
  return {
    bars: [
      ...isWhole
        ? found.bars
        : found.bars.filter((bar) => bar.to > from + boundaryWindow && bar.to <= end),
      ...unsent.bars,
    ],
    unit: found.unit ?? unsent.unit,
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
  readonly bars: readonly EnergyBar[]
  /** Null where nothing was read that says it. */
  readonly unit: string | null
  /** With the newest readings only: to be put together with what was not sent yet. */
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
  const growing = growingBars(stretch)
  const runs = await readRange(access, channel, stretch.from, end, {
    ...options,
    across: true,
    kept() {
      growing.nextRun()
      return (readings) => {
        growing.add(readings)
        return readings.slice(-1)
      }
    },
  })
  const { bars, unit } = growing.bars()
  const unopened = runs.reduce((sum, run) => sum + run.unopened, 0)
  const rest = runs.map((run) => ({ ...run, readings: run.readings.slice(-1) }))
  const [run, ...others] = rest
  const [newest] = run?.readings ?? []
  if (run === undefined || newest === undefined || others.length > 0) {
    return { remembered: null, bars, unit: newest === undefined ? null : unit, rest, unopened }
  }
  const { last, readingsOfLast } = run
  const energy = { bars, unit, stretch, unopened }
  const remembered = { ...energy, run: { last, readingsOfLast }, lastId: run.ends[1].id, newest }
  return { remembered, bars, unit, rest, unopened }
}

/** What came since; null where that does not simply follow. */
async function goOn(
  access: Access,
  channel: MeterChannel,
  known: Remembered,
  options: RangeOptions,
): Promise<Found | null> {
  const { stretch, run, lastId, newest, bars, unit } = known
  // With the last block again, which the next one must follow.
  const after = run.last - 1
  const [more, ...others] = await readRange(
    access,
    channel,
    stretch.from,
    stretch.to + boundaryWindow,
    {
      ...options,
      after,
    },
  )
  if (more === undefined || others.length > 0 || !equal(more.ends[0].id, lastId)) return null
  const readings = [newest, ...more.readings.slice(run.readingsOfLast)]
  // The last block came again, and was counted if it has no readings.
  const unopened = known.unopened + more.unopened - (run.readingsOfLast === 0 ? 1 : 0)
  const { last, readingsOfLast } = more
  const [end = newest] = readings.slice(-1)
  const all = [...bars, ...energyBars([readings], stretch).bars]
  const energy = { bars: all, unit, stretch, unopened }
  const place = { run: { last, readingsOfLast }, lastId: more.ends[1].id, newest: end }
  const rest = [{ ...more, readings: [end] }]
  return { remembered: { ...energy, ...place }, bars: all, unit, rest, unopened }
}
