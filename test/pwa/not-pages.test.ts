/** Addresses of the platform never fall to the app's page, whatever follows them. */
import { NavigationRoute } from 'workbox-routing'
import { expect, test, vi } from 'vitest'
import { notPages } from '../../pwa/not-pages.ts'

// Workbox expects a worker's scope, and would else tell of every match.
vi.hoisted(() => Object.assign(globalThis, { self: globalThis, __WB_DISABLE_DEV_LOGS: true }))

/** As a browser asks that opens the address in a tab. */
function isPage(address: string): boolean {
  const route = new NavigationRoute(() => Promise.resolve(new Response()), {
    denylist: [...notPages],
  })
  const url = new URL(address, 'https://kilowit.test')
  const asked = { url, request: { mode: 'navigate' }, sameOrigin: true, event: undefined }
  return route.match(asked as unknown as Parameters<typeof route.match>[0]) === true
}

const platforms = '/v1 /v1/ /v1/channels/x /v2/x /problems /problems/fork /reference'
  .concat(' /openapi.json /healthz /readyz /metrics /version')
  .split(' ')

test.for(platforms)('%s is the platform’s, with a query too', (address) => {
  expect([address, `${address}?`, `${address}?x`, `${address}?x=/&y`].filter(isPage)).toEqual([])
})

test.for([
  '/',
  '/history?day=2026-03-01',
  '/proof?v1',
  '/versions',
  '/v1x',
  '/problem',
  '/healthzz',
])(
  '%s is the app’s',
  (address) => {
    expect(isPage(address)).toBe(true)
  },
)
