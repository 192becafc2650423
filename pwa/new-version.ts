/**
 * Registers the service worker and knows when a newer one waits. It takes over when somebody asks
 * for it, in all tabs together, and each seals first what it has read. Only in what was built: while
 * developing, a cache of yesterday's code would only mislead.
 *
 * @module
 */
import { signal } from '@preact/signals'
import { SERVICE_WORKER, trustedScript } from './trusted-script.ts'

/** True once a newer version of the app is loaded and waits for its turn. */
export const newVersion = signal(false)
/** Seconds since 1970 until which nobody wants to hear of it. */
export const postponedUntil = signal(0)

const A_DAY = 86_400
/** A page that stays open for weeks looks for a newer version by itself; milliseconds. */
const LOOK_EVERY = 3_600_000
/** Sealing takes a moment; a vault that does not answer holds nothing up for ever. Milliseconds. */
const PATIENCE = 10_000

let waiting: ServiceWorker | null = null
/** Somebody asked for the newer version, here or in another tab. */
let asked = false
let isLeaving = false
const tabs = new BroadcastChannel('kilowit-version')

function watch(registration: ServiceWorkerRegistration, seal: () => Promise<void>): void {
  const arrived = (worker: ServiceWorker) => {
    waiting = worker
    newVersion.value = true
    worker.addEventListener('statechange', () => {
      if (worker.state !== 'activated') return
      if (waiting === worker) waiting = null
      takeOver(seal)
    })
  }
  if (registration.waiting !== null) arrived(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing
    // Without one at work this is the first version, and nothing waits for anything.
    const isFirst = registration.active === null
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && !isFirst) arrived(worker)
    })
  })
}

/** Nobody asked where no other page was under the old version: then it simply began to work. */
function takeOver(seal: () => Promise<void>): void {
  if (!asked || isLeaving || isTyping()) return
  isLeaving = true
  void sealed(seal).finally(() => location.reload())
}

/** From the beginning: another tab may ask before this one has registered anything. */
export function followNewVersion(seal: () => Promise<void>): void {
  if (!('serviceWorker' in navigator)) return
  tabs.addEventListener('message', () => asked = true)
  navigator.serviceWorker.addEventListener('controllerchange', () => takeOver(seal))
}

/** Of these nothing is lost: they are ticked, or show which time the page is about. */
const UNTYPED = ['checkbox', 'radio', 'date', 'month', 'number']

/** Whether something was typed here that loading again would lose. */
function isTyping(): boolean {
  return [...document.querySelectorAll('input, textarea')].some((field) =>
    (field instanceof HTMLInputElement && !UNTYPED.includes(field.type) ||
      field instanceof HTMLTextAreaElement) && field.value !== field.defaultValue
  )
}

/** @throws what sealing failed with */
async function sealed(seal: () => Promise<void>): Promise<void> {
  const impatient = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE))
  await Promise.race([seal(), impatient])
}

function lookForNewer(registration: ServiceWorkerRegistration): void {
  let looked = Date.now()
  const look = () => {
    if (document.visibilityState !== 'visible' || Date.now() - looked < LOOK_EVERY) return
    looked = Date.now()
    registration.update().catch(() => undefined) // offline: at another time
  }
  setInterval(look, LOOK_EVERY / 4)
  document.addEventListener('visibilitychange', look)
}

/** @param seal puts what was read so far into the outbox */
export async function registerServiceWorker(seal: () => Promise<void>): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  try {
    const registration = await navigator.serviceWorker.register(trustedScript(SERVICE_WORKER))
    watch(registration, seal)
    lookForNewer(registration)
  } catch {
    // Private windows refuse it: the app then needs the network to start, and works all the same.
  }
}

/** Not now: it is said again tomorrow, and at the next start. */
export function postponeNewVersion(): void {
  postponedUntil.value = Date.now() / 1000 + A_DAY
}

/**
 * Lets the waiting version take over, once what was read is sealed; every tab then loads again.
 *
 * @throws what sealing failed with
 */
export async function takeNewVersion(seal: () => Promise<void>): Promise<void> {
  await sealed(seal)
  if (waiting === null) return location.reload()
  asked = true
  tabs.postMessage('take')
  // A worker has no origin to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  waiting.postMessage('skip-waiting')
}
