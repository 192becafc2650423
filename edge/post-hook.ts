/**
 * Posting to a provider's hook from Node or Deno: by https alone, to a public address alone, which
 * is looked up once and is the one connected to, so that a name cannot answer twice. No redirect is
 * followed, no answer is read but its status. On a platform that itself runs on the loopback, for a
 * trial, hooks may be there too.
 *
 * @module
 */
import * as dns from 'node:dns'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { HookRequest, PostHook } from '../server/webhooks/deliver.ts'
import { isLoopback, isPublicAddress } from './public-address.ts'

const PATIENCE = 15_000

const LOOK_UP = lookUp({ timeout: 2000, tries: 2 })

/** A hook that nothing is sent to. */
export class HookError extends Error {
  override readonly name = 'HookError'
}

export function postHook(publicUrl: string, resolve: Resolve = LOOK_UP): PostHook {
  const trial = isLoopback(new URL(publicUrl).hostname)

  return async ({ url, headers, body }) => {
    const { protocol, hostname, username, password } = new URL(url)
    const here = trial && isLoopback(hostname)
    if (username !== '' || password !== '' || (protocol !== 'https:' && !here)) {
      throw new HookError('A hook is an https address without a name or a password')
    }
    const name = hostname.replace(/^\[|\]$/g, '')
    const addresses = here
      ? [hostname === '[::1]' ? '::1' : '127.0.0.1']
      : isIP(name) > 0
      ? [name]
      : await resolve(name)
    const address = addresses.find((address) => here || isPublicAddress(address))
    // One that is not public among them is a name that is not to be trusted at all.
    if (address === undefined || !(here || addresses.every(isPublicAddress))) {
      throw new HookError('A hook has to be at a public address')
    }
    return await send({ url, headers, body }, address)
  }
}

export type Resolve = (name: string) => Promise<string[]>

/**
 * Asks name servers itself: the system's own look-up takes one of few threads, which the files that
 * are served wait for too, and a name server of somebody's own can keep it for a minute.
 */
export function lookUp(
  { timeout, tries, servers }: { timeout: number; tries: number; servers?: readonly string[] },
): Resolve {
  return async (name) => {
    const resolver = new dns.promises.Resolver({ timeout, tries })
    if (servers !== undefined) resolver.setServers([...servers])
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    return found.flatMap((one) => one.status === 'fulfilled' ? one.value : [])
  }
}

function send({ url, headers, body }: HookRequest, address: string): Promise<number> {
  const lookup: LookupFunction = (_, options, callback) => {
    const family = isIP(address)
    if (options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
  const { request } = url.startsWith('https:') ? https : http
  return new Promise((resolve, reject) => {
    const length = String(new TextEncoder().encode(body).length)
    const options = {
      method: 'POST',
      headers: { ...headers, 'Content-Length': length, 'Connection': 'close' },
      lookup,
      agent: false,
      signal: AbortSignal.timeout(PATIENCE),
    } as const
    const asked = request(url, options, (response) => {
      response.destroy()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
