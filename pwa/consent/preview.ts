/**
 * The owner's own last value as somebody else would see it: one line after the other, from what this
 * browser has read or verified.
 *
 * @module
 */
import { useEffect, useState } from 'preact/hooks'
import { spacing } from '../../shared/consent/request.ts'
import { valueName } from '../../shared/meter/obis.ts'
import { powerNow } from '../../shared/meter/power.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { type Actions, useActions } from '../actions.ts'
import { netOf } from '../chart/net-power.ts'
import { clock, dayShort, energyText, register, watts } from '../i18n/format.ts'
import { language, t } from '../i18n/messages.ts'
import { nowSeconds } from '../parts/clock.ts'
import { type EnergyBar, type EnergyView, latest, meters } from '../state.ts'
import { lineKey } from './choice.ts'
import type { Line } from './state.ts'

const DAY = 86_400

/** By the line's key; null where nothing is known yet, and missing while it is looked for. */
export type Previews = ReadonlyMap<string, string | null>

export function usePreviews(lines: readonly Line[]): Previews {
  const actions = useActions()
  const [previews, setPreviews] = useState<Previews>(new Map())
  const wanted = lines.map(lineKey).join()
  const known = meters.value.length
  useEffect(() => {
    let left = false
    const look = async () => {
      // One after the other: a newer request for energies ends an older one.
      for (const line of lines) {
        const found = await preview(line, actions).catch(() => null)
        if (left) return
        setPreviews((before) => new Map(before).set(lineKey(line), found))
      }
    }
    void look()
    return () => {
      left = true
    }
  }, [wanted, known])
  return previews
}

async function preview(line: Line, actions: Actions): Promise<string | null> {
  const newest = latest.peek().get(line.meter)?.reading
  const every = spacing(line.resolution)
  if (every < 900 || line.classes === 'grid' || line.classes === 'power') {
    return newest === undefined ? null : valuesText(newest, line)
  }
  return await lastEnergy(line, every, actions)
}

/** The values of one reading that tell most, a few of them. */
function valuesText(reading: Reading, { classes }: Line): string | null {
  const said: string[] = []
  const power = powerNow(reading)
  const net = power === null ? null : netOf({ importW: power.import, exportW: power.export })
  if (classes !== 'energy' && classes !== 'grid' && net !== null) {
    const way = net > 0 ? 'word.import' : net < 0 ? 'word.export' : 'word.neither'
    said.push(`${watts(Math.abs(net))} ${t(way)}`)
  }
  if (classes === 'energy' || classes === 'grid') said.push(...namedValues(reading, classes))
  if (said.length === 0) return null
  const more = reading.registers.length - 1
  if (classes === 'all' && more > 0) said.push(t('consent.preview.more', { count: more }))
  return t('consent.preview.at', { time: clock(reading.at), values: said.join(', ') })
}

/** At most two, each with what it is. */
function namedValues(reading: Reading, classes: 'energy' | 'grid'): string[] {
  const unit = classes === 'grid' ? /^(V|A|Hz)$/ : /^Wh$/
  return reading.registers.filter((one) => unit.test(one.unit)).slice(0, 2).map((one) => {
    const value = register(one.value, one.exponent, one.unit)
    const name = valueName(one, language.peek())
    return name === null ? value : `${name} ${value}`
  })
}

async function lastEnergy(line: Line, every: number, actions: Actions): Promise<string | null> {
  // Bars begin and end with their quarter-hours.
  const now = Math.floor(nowSeconds.peek() / 900) * 900
  const daily = every >= DAY
  const view = await actions.readEnergy(
    line.meter,
    now - (daily ? 8 : 2) * DAY,
    now,
    daily ? 'P1D' : 'PT15M',
  )
  const bars = daily ? view.bars.slice(-1) : lastOf(view, every)
  const [first, last] = [bars[0], bars.at(-1)]
  if (first === undefined || last === undefined) return null
  const values = energyWords(bars, view.unit)
  return daily
    ? t('consent.preview.at', { time: dayShort(first.from, view.zone), values })
    : t('consent.preview.span', {
      from: clock(first.from, view.zone),
      to: clock(last.to, view.zone),
      values,
    })
}

/** The newest stretch of so many seconds that begins on its hour or quarter. */
function lastOf(view: EnergyView, every: number): readonly EnergyBar[] {
  const whole = view.bars.filter(({ gap }) => !gap)
  const last = whole.filter(({ to }) => to % every === 0).at(-1)
  const within = last === undefined
    ? []
    : whole.filter(({ from, to }) => from >= last.to - every && to <= last.to)
  // A meter that is read less often has nothing as fine.
  return within.length > 0 ? within : view.bars.slice(-1)
}

function energyWords(bars: readonly EnergyBar[], unit: string): string {
  const sum = (of: 'importWh' | 'exportWh') => {
    const known = bars.map((bar) => bar[of]).filter((value) => value !== null)
    return known.length === 0 ? null : known.reduce((all, value) => all + BigInt(value), 0n)
  }
  const [imported, exported] = [sum('importWh'), sum('exportWh')]
  if (unit !== 'Wh') return imported === null ? '' : energyText(imported, unit)
  const said: string[] = []
  if (imported !== null) said.push(`${energyText(imported, unit)} ${t('word.import')}`)
  if (exported !== null) said.push(`${energyText(exported, unit)} ${t('word.export')}`)
  return said.join(', ')
}
