/**
 * Keeps the built app in the browser, so that it starts without a network. Readings are none of its
 * business: they wait in the outbox, which the page owns. A new version waits until every tab is
 * closed or somebody asks for it.
 *
 * @module
 */
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
} from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'
import { notPages } from './not-pages.ts'

declare const self: ServiceWorkerGlobalScope
/** Put in by the build: every built file with its hash. */
declare const PRECACHE: readonly { readonly url: string; readonly revision: string }[]

/** Service Workers, section "InstallEvent.addRoutes"; not in TypeScript's library, nor in all browsers. */
interface RoutedInstall extends ExtendableEvent {
  addRoutes?(rule: {
    readonly condition: { readonly urlPattern: string }
    readonly source: 'network'
  }): Promise<void>
}

// The API is asked past this worker. Each request would wake it, and Chromium starts a worker that
// just gives way to a newer version again for a request of that instant, which then waits on.
self.addEventListener('install', (event: RoutedInstall) => {
  const rule = { condition: { urlPattern: '/v1/*' }, source: 'network' } as const
  const routed = event.addRoutes?.(rule)
  if (routed !== undefined) event.waitUntil(routed)
})

cleanupOutdatedCaches()
precacheAndRoute([...PRECACHE])

registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/'), { denylist: [...notPages] }),
)

// So that the page of the first visit, too, has every room without a network, and so that a newer
// version waits for it.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') void self.skipWaiting()
})
