/**
 * Local time in an IANA zone, by the runtime's own zone data (Intl): offsets, local times that
 * happen twice or never, and the local days of 23, 24 and 25 hours. All instants are whole seconds
 * since 1970-01-01T00:00:00Z.
 *
 * @module
 */

const day = 86_400

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** The offsets at the beginnings of days of UTC, by their number since 1970. */
  readonly offsets: Map<number, number>
}

const zones = new Map<string, Zone>()
/** Of one zone: some years of days. */
const maxOffsets = 2048

function zoneOf(name: string): Zone {
  const known = zones.get(name)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  // Zones come from people's settings, so a handful; the bound keeps a hostile caller from growing it.
  if (zones.size >= 64) zones.clear()
  const zone = { format, offsets: new Map<number, number>() }
  zones.set(name, zone)
  return zone
}

/** Whether the runtime knows a zone of that name. */
export function isZone(name: string): boolean {
  try {
    zoneOf(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** By the runtime, which takes microseconds. */
function askOffset({ format }: Zone, at: number): number {
  let year = 0
  let month = 0
  let date = 0
  let hour = 0
  let minute = 0
  let second = 0
  for (const part of format.formatToParts(at * 1000)) {
    if (part.type === 'year') year = Number(part.value)
    else if (part.type === 'month') month = Number(part.value)
    else if (part.type === 'day') date = Number(part.value)
    else if (part.type === 'hour') hour = Number(part.value)
    else if (part.type === 'minute') minute = Number(part.value)
    else if (part.type === 'second') second = Number(part.value)
  }
  return Date.UTC(year, month - 1, date, hour, minute, second) / 1000 - at
}

function offsetAtStartOf(number: number, zone: Zone): number {
  const known = zone.offsets.get(number)
  if (known !== undefined) return known
  const offset = askOffset(zone, number * day)
  if (zone.offsets.size >= maxOffsets) zone.offsets.clear()
  zone.offsets.set(number, offset)
  return offset
}

/**
 * Local time minus UTC at an instant, in seconds.
 *
 * @throws {RangeError} if the runtime does not know the zone
 */
export function offsetAt(zone: string, at: number): number {
  const found = zoneOf(zone)
  const number = Math.floor(at / day)
  const offset = offsetAtStartOf(number, found)
  // Offsets change at most once in two days, so on a day that ends as it began they do not.
  return offset === offsetAtStartOf(number + 1, found) ? offset : askOffset(found, at)
}

/**
 * The instants at which clocks in the zone show a local time, given as seconds of that local time
 * read as if it were UTC: one as a rule, two in the hour that comes twice, none in the hour that is
 * left out. In order of time.
 */
export function instantsOfLocal(zone: string, local: number): number[] {
  const found: number[] = []
  // So seldom do offsets change that the day before and the day after know both.
  for (const offset of new Set([offsetAt(zone, local - day), offsetAt(zone, local + day)])) {
    const at = local - offset
    if (offsetAt(zone, at) === offset) found.push(at)
  }
  return found.sort((a, b) => a - b)
}

function startOfDate(zone: string, localMidnight: number): number {
  const [first] = instantsOfLocal(zone, localMidnight)
  // Where midnight itself is left out, the day starts at the change of the clocks.
  return first ?? localMidnight - offsetAt(zone, localMidnight - day)
}

function localMidnightOf(zone: string, at: number): number {
  return Math.floor((at + offsetAt(zone, at)) / day) * day
}

/** The instant at which the local day that holds `at` began. */
export function startOfLocalDay(zone: string, at: number): number {
  return startOfDate(zone, localMidnightOf(zone, at))
}

/** The instant at which the next local day begins. */
export function startOfNextLocalDay(zone: string, at: number): number {
  return startOfDate(zone, localMidnightOf(zone, at) + day)
}
