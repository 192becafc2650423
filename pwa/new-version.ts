/**
 * Registers the service worker and knows when a newer one waits. Only in what was built: while
 * developing, a cache of yesterday's code would only mislead.
 *
 * @module
 */
import { signal } from '@preact/signals'

/** True once a newer version of the app is loaded and waits for its turn. */
export const newVersion = signal(false)

let waiting: ServiceWorker | null = null

interface ScriptPolicies {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string }
}

function hasPolicies(scope: object): scope is { trustedTypes: ScriptPolicies } {
  return 'trustedTypes' in scope
}

/** The one script address that this page ever asks for by itself. */
function workerAddress(): string {
  const address = '/service-worker.js'
  const scope: object = globalThis
  if (!hasPolicies(scope)) return address
  return scope.trustedTypes
    .createPolicy('kilowit-service-worker', {
      createScriptURL: (url) => {
        if (url !== address) throw new TypeError('Cannot load a script of another address')
        return url
      },
    })
    .createScriptURL(address)
}

function watch(registration: ServiceWorkerRegistration): void {
  const arrived = (worker: ServiceWorker) => {
    // Without a controller this is the first version, and nothing waits for anything.
    if (navigator.serviceWorker.controller === null) return
    waiting = worker
    newVersion.value = true
  }
  if (registration.waiting !== null) arrived(registration.waiting)
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') arrived(worker)
    })
  })
}

export async function registerServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  try {
    watch(await navigator.serviceWorker.register(workerAddress()))
  } catch {
    // Private windows refuse it: the app then needs the network to start, and works all the same.
  }
}

/** Lets the waiting version take over; the page loads again once it has. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  })
  // A worker has no origin to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  waiting?.postMessage('skip-waiting')
}
