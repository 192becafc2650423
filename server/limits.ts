/**
 * How much the server takes: of one request, from one network, from one device.
 *
 * @module
 */

export interface Limits {
  /** Bytes of one post of blocks. */
  readonly postBytes: number
  /** Items of one post of blocks. */
  readonly postItems: number
  /** Bytes of large bodies that may be there unfinished at one time: of one network, and of all. */
  readonly bodiesOfNetwork: number
  readonly bodies: number
  /** Bytes of an identity's chain of changes. */
  readonly identityBytes: number
  /** Bytes of one statement or form. */
  readonly statementBytes: number
  /** Bytes and events of one addition to a history. */
  readonly historyBytes: number
  readonly historyItems: number
  /** Bytes of one post of wrapped keys. */
  readonly wrapsBytes: number
  /** Bytes of blocks in one page, of which it may exceed by one block. */
  readonly pageBytes: number
  /** Forks kept as evidence in one channel. */
  readonly forksPerChannel: number
  readonly identitiesPerDay: number
  readonly channelsPerDay: number
  readonly grantsPerDay: number
  /** Open requests of one provider in all, and those of one owner without a browser. */
  readonly requestsOfProvider: number
  readonly requestsOfOwner: number
  /**
   * Requests per second and in a burst, by network and by device; a post of blocks counts its MiB.
   * Of a network, posts of blocks count each 8 KiB once more, pages of blocks each 16 KiB.
   */
  readonly network: Rate
  readonly device: Rate
  /** Milliseconds that a request may take to its answer's head. */
  readonly answer: number
  /** Streams open at one time, by caller. */
  readonly streams: number
  /** And by network. */
  readonly networkStreams: number
  /** Milliseconds between two looks for new blocks, and between two signs of life, of a stream. */
  readonly streamPoll: number
  readonly streamHeartbeat: number
  /** Milliseconds that the next message of a pairing room is waited for at most. */
  readonly roomWait: number
}

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

export const LIMITS: Limits = {
  postBytes: 4 * 1024 * 1024,
  postItems: 1000,
  bodiesOfNetwork: 64 * 1024 * 1024,
  bodies: 256 * 1024 * 1024,
  identityBytes: 256 * 1024,
  statementBytes: 64 * 1024,
  historyBytes: 1024 * 1024,
  historyItems: 256,
  wrapsBytes: 4 * 1024 * 1024,
  pageBytes: 2 * 1024 * 1024,
  forksPerChannel: 100,
  identitiesPerDay: 50,
  channelsPerDay: 200,
  grantsPerDay: 2000,
  requestsOfProvider: 1000,
  requestsOfOwner: 3,
  network: { perSecond: 100, burst: 1000 },
  device: { perSecond: 20, burst: 400 },
  answer: 60_000,
  streams: 20,
  networkStreams: 100,
  streamPoll: 500,
  streamHeartbeat: 15_000,
  roomWait: 25_000,
}

/** What is open at one time, by name, in this process. */
export interface Places {
  /** Takes a place until it is given back, or until `until`; null when all are taken. */
  take(name: string, until: number, now: number): (() => void) | null
}

export function places(most: number): Places {
  const taken = new Map<string, Set<{ readonly until: number }>>()
  return {
    take(name, until, now) {
      const own = taken.get(name) ?? new Set()
      // An answer that was never read is never given back.
      for (const place of own) if (place.until <= now) own.delete(place)
      if (own.size >= most) return null
      const place = { until }
      taken.set(name, own.add(place))
      return () => {
        own.delete(place)
        if (own.size === 0 && taken.get(name) === own) taken.delete(name)
      }
    },
  }
}

/** Where a bucket stands: what could be taken at once, and seconds until it is full. */
export interface Standing {
  readonly remaining: number
  readonly full: number
}

/** Room that is shared, by name and by all together, in this process. */
export interface Room {
  /** Takes so much and says whether it was there. */
  take(name: string, amount: number): boolean
  give(name: string, amount: number): void
}

export function room(mostEach: number, mostOfAll: number): Room {
  const taken = new Map<string, number>()
  let all = 0
  return {
    take(name, amount) {
      const own = (taken.get(name) ?? 0) + amount
      if (own > mostEach || all + amount > mostOfAll) return false
      taken.set(name, own)
      all += amount
      return true
    },
    give(name, amount) {
      const own = (taken.get(name) ?? 0) - amount
      if (own > 0) taken.set(name, own)
      else taken.delete(name)
      all -= amount
    },
  }
}

/** Token buckets by name, in this process; the least lately used are forgotten first. */
export interface Buckets {
  readonly rate: Rate
  /** Takes `cost`, at most all there can be; answers 0, or after how many seconds it would be there. */
  take(name: string, cost: number, now: number): number
  standing(name: string, now: number): Standing
}

const MAX_BUCKETS = 20_000

export function buckets(rate: Rate): Buckets {
  const filled = new Map<string, { tokens: number; at: number }>()
  function tokensOf(name: string, now: number): number {
    const last = filled.get(name)
    if (last === undefined) return rate.burst
    return Math.min(rate.burst, last.tokens + Math.max(0, now - last.at) * rate.perSecond)
  }
  return {
    rate,
    standing(name, now) {
      const tokens = tokensOf(name, now)
      const full = Math.ceil((rate.burst - tokens) / rate.perSecond)
      return { remaining: Math.floor(tokens), full }
    },
    take(name, wanted, now) {
      const cost = Math.min(wanted, rate.burst)
      const tokens = tokensOf(name, now)
      const enough = tokens >= cost
      filled.delete(name)
      filled.set(name, { tokens: enough ? tokens - cost : tokens, at: now })
      if (filled.size > MAX_BUCKETS) {
        const [oldest] = filled.keys()
        if (oldest !== undefined) filled.delete(oldest)
      }
      return enough ? 0 : Math.max(1, Math.ceil((cost - tokens) / rate.perSecond))
    },
  }
}
