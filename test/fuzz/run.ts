/**
 * Sends what the fuzzer makes to the app, several at a time, and holds every answer against the
 * law. What fails is told so that it can be sent again by hand.
 *
 * @module
 */
import { Buffer } from 'node:buffer'
import type { App } from '../../server/app.ts'
import { PUBLIC_URL } from '../server/platform.ts'
import { dice } from './dice.ts'
import { journey } from './journey.ts'
import { type Law, lawOf, type Verdict } from './law.ts'
import { type Case, makeCase } from './requests.ts'
import type { World } from './world.ts'

export interface Tally {
  readonly cases: number
  /** How often each operation gave each status, and each code came. */
  readonly statuses: ReadonlyMap<string, number>
  readonly codes: ReadonlyMap<string, number>
}

export interface FuzzOptions {
  readonly seed: number
  readonly cases: number
  readonly progress?: (done: number) => void
  /** One in so many goes to an app that takes little of each network. */
  readonly strict?: App
}

const AT_ONCE = 8

/** Of so many cases one is a household's whole way in. */
const JOURNEYS = 200

/** @throws {Error} telling the first case whose answer breaks the law */
export async function fuzz(world: World, options: FuzzOptions): Promise<Tally> {
  const { app } = world.platform
  const law = lawOf(await (await app.request(`${PUBLIC_URL}/openapi.json`)).json())
  const statuses = new Map<string, number>()
  const codes = new Map<string, number>()
  let next = 0
  let done = 0

  async function one(index: number): Promise<void> {
    const random = dice(Math.imul(options.seed, 0x9e3779b1) + index)
    const name = `seed ${options.seed}, case ${index}`
    const to = options.strict !== undefined && random.chance(0.01) ? options.strict : app
    const counted = async (made: Case, by: App) => {
      const { verdict, ...answer } = await send(by, made, law, name)
      count(statuses, `${verdict.operation ?? `${made.method} elsewhere`} ${answer.status}`)
      if (verdict.code !== null) count(codes, verdict.code)
      return answer
    }
    if (index % JOURNEYS === 0) await journey(world, random, (made) => counted(made, app))
    else await counted(await makeCase(world, random), to)
  }

  async function work(): Promise<void> {
    for (;;) {
      const index = next++
      if (index >= options.cases) return
      await one(index)
      if (++done % 10_000 === 0) options.progress?.(done)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { cases: done, statuses, codes }
}

function count(of: Map<string, number>, name: string): void {
  of.set(name, (of.get(name) ?? 0) + 1)
}

async function send(
  app: App,
  made: Case,
  law: Law,
  name: string,
): Promise<{ verdict: Verdict; status: number; body: Uint8Array<ArrayBuffer> }> {
  const { method, path, headers, body } = made
  const request = new Request(PUBLIC_URL + path, {
    method,
    headers,
    ...body !== null && method !== 'GET' && { body },
  })
  const response = await app.request(request)
  const { status } = response
  const got = await bodyOf(response)
  const text = new TextDecoder().decode(got)
  const { pathname } = new URL(request.url)
  const verdict = law({ method, path: pathname, status, headers: response.headers, body: text })
  if (verdict.faults.length > 0) {
    throw new Error(
      [
        `${name}: ${verdict.faults.join('; ')}`,
        `${method} ${path}`,
        JSON.stringify(headers),
        body === null ? 'no body' : `body in base64: ${Buffer.from(body).toString('base64')}`,
        `answered ${status}: ${text.slice(0, 1000)}`,
      ].join('\n'),
    )
  }
  return { verdict, status, body: got }
}

/** A stream goes on: its beginning is enough. */
async function bodyOf(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  if (response.headers.get('Content-Type') !== 'text/event-stream') {
    return new Uint8Array(await response.arrayBuffer())
  }
  const reader = response.body?.getReader()
  const first = await reader?.read()
  await reader?.cancel()
  return new Uint8Array(first?.value ?? [])
}
