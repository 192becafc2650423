/**
 * What this browser says of itself when asked: how much it keeps for us and for how long, whether
 * the app starts without a network, and what it is called.
 *
 * @module
 */

export interface StorageFacts {
  /** Bytes; null where the browser does not say. */
  readonly used: number | null
  readonly quota: number | null
  /** Whether the browser promised not to clear it by itself; null where it makes no promises. */
  readonly kept: boolean | null
}

export type WorkerState = 'none' | 'starting' | 'ready' | 'waiting'

export interface BrowserFacts {
  readonly storage: StorageFacts
  /** Of the service worker, which starts the app without a network. */
  readonly worker: WorkerState
}

export async function askBrowser(): Promise<BrowserFacts> {
  return { storage: await storageFacts(), worker: await workerState() }
}

async function storageFacts(): Promise<StorageFacts> {
  try {
    const { usage, quota } = await navigator.storage.estimate()
    const kept = await navigator.storage.persisted()
    return { used: usage ?? null, quota: quota ?? null, kept }
  } catch {
    // Not on an address without https, and not in every private window.
    return { used: null, quota: null, kept: null }
  }
}

async function workerState(): Promise<WorkerState> {
  try {
    const registration = await navigator.serviceWorker.getRegistration()
    if (registration === undefined) return 'none'
    if (registration.waiting !== null) return 'waiting'
    return registration.active === null ? 'starting' : 'ready'
  } catch {
    return 'none'
  }
}

const BRANDS = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'] as const
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'CrOS', 'Mac', 'Linux'] as const

/** `Chrome 156, Linux`: no more of the browser's name than that. */
export function browserName(userAgent: string): string {
  const brand = BRANDS.find((name) => userAgent.includes(`${name}/`))
  const version = brand === undefined ? null : new RegExp(`${brand}/(\\d{1,4})`).exec(userAgent)
  const system = SYSTEMS.find((name) => userAgent.includes(name)) ?? 'other'
  return `${brand ?? 'other'} ${version?.[1] ?? '?'}, ${system}`
}
