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
