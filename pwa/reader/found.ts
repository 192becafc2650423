/**
 * What was found at a line.
 *
 * @module
 */
import type { Protocol } from '../../shared/meter/telegram.ts'
import type { Answering } from './asker.ts'

/** What is spoken at a line, and at which settings. */
export interface Found extends Answering {
  readonly protocol: Protocol
  /** It says nothing by itself: the reader asks, as the owner has allowed. */
  readonly asked?: boolean
}

/** What is kept of it, and nothing else. */
export function foundOf({ protocol, settings, asked, order, calls }: Found): Found {
  const how = { ...(asked === true ? { asked } : {}), ...(calls === true ? { calls } : {}) }
  return { protocol, settings, ...how, ...(order === undefined ? {} : { order }) }
}

/** What was found at lines of one kind; one, if it was the same at all of them. */
export function distinct(at: readonly Found[]): Found[] {
  const found = new Map<string, Found>()
  for (const each of at) {
    const { baudRate, dataBits, parity, stopBits } = each.settings
    const same = foundOf({ ...each, settings: { baudRate, dataBits, parity, stopBits } })
    found.set(JSON.stringify(same), same)
  }
  return [...found.values()]
}
