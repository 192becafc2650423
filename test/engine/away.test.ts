/** The page's end of the worker: newer requests, broken workers, idle ones, and browsers without. */
import { beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '../../pwa/app-error.ts'
import { createAway } from '../../pwa/proof-run/away.ts'
import { type Answer, failureOf, type Message } from '../../pwa/proof-run/message.ts'
import { packed } from '../../pwa/proof-run/packed-bars.ts'
import { ApiProblem, Unreachable } from '../../shared/api/client.ts'

vi.mock('../../pwa/trusted-script.ts', () => ({
  READING_WORKER: '/worker.js',
  trustedScript: (address: string) => address,
}))
const onPage = vi.fn<(request: unknown) => Promise<unknown>>(async (request) => ({
  request,
  on: 'page',
}))
vi.mock('../../pwa/proof-run/work.ts', () => ({
  createWork: () => Promise.resolve({ energy: onPage, day: onPage }),
}))

/** A worker that says what it is told to. */
class FakeWorker extends EventTarget {
  static readonly made: FakeWorker[] = []
  static isSlow = false
  readonly heard: Message[] = []
  isOver = false
  constructor() {
    super()
    FakeWorker.made.push(this)
    if (!FakeWorker.isSlow) queueMicrotask(() => this.say({ ready: true }))
  }
  postMessage(message: Message): void {
    this.heard.push(message)
  }
  terminate(): void {
    this.isOver = true
  }
  say(data: Answer): void {
    this.dispatchEvent(new MessageEvent('message', { data }))
  }
}

const REQUEST = { meter: 'M', from: 0, to: 86_400, resolution: 'PT15M' as const }
const settle = () => vi.advanceTimersByTimeAsync(0)

function newest(): FakeWorker {
  const worker = FakeWorker.made.at(-1)
  if (worker === undefined) throw new Error('No worker was made')
  return worker
}

beforeEach(() => {
  FakeWorker.made.length = 0
  FakeWorker.isSlow = false
  onPage.mockClear()
  vi.useFakeTimers()
  vi.stubGlobal('Worker', FakeWorker)
  return () => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  }
})

test('a newer request of a view ends the older one, there too; other views go on', async () => {
  const away = createAway()
  const old = away.ask('energy', REQUEST, { view: 'year' }).catch((error: unknown) => error)
  const other = away.ask('energy', REQUEST, { view: 'day' })
  await settle()
  const now = away.ask('energy', REQUEST, { view: 'year' })
  await settle()
  expect(await old).toMatchObject({ name: 'AbortError' })
  const worker = newest()
  expect(worker.heard).toMatchObject([{ id: 0 }, { id: 1 }, { abort: 0 }, { id: 2 }])
  worker.say({ id: 0, result: 'late' })
  worker.say({ id: 1, result: 'day' })
  worker.say({ id: 2, result: 'year' })
  expect(await Promise.all([other, now])).toEqual(['day', 'year'])
})

test('a worker begun ahead is the one that is asked, and goes when nothing is', async () => {
  const away = createAway()
  away.begin()
  expect(FakeWorker.made).toHaveLength(1)
  away.begin()
  const asked = away.ask('energy', REQUEST)
  await settle()
  newest().say({ id: 0, result: 'bars' })
  expect(await asked).toBe('bars')
  expect(FakeWorker.made).toHaveLength(1)

  const other = createAway()
  other.begin()
  expect(FakeWorker.made).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(newest().isOver).toBe(true)
})

test('bars come as they were', async () => {
  const bars = [
    { from: 0, to: 900, importWh: 250, exportWh: 0, gap: false },
    { from: 900, to: 86_400, importWh: Number.MAX_SAFE_INTEGER, exportWh: null, gap: true },
    { from: 86_400, to: 87_300, importWh: null, exportWh: 7, gap: false },
    { from: 87_300, to: 87_400, importWh: null, exportWh: null, gap: true, changed: true },
  ]
  const asked = createAway().ask('energy', REQUEST)
  await settle()
  const { result, transfer } = packed({ unit: 'Wh', bars })
  expect(transfer).toHaveLength(6)
  newest().say({ id: 0, result: structuredClone(result, { transfer }) })
  expect(await asked).toEqual({ unit: 'Wh', bars })

  const file = new Uint8Array([1, 2, 3])
  expect(packed({ name: 'a', bytes: file }).transfer).toEqual([file.buffer])
  expect(packed({ reason: 'none' })).toEqual({ result: { reason: 'none' }, transfer: [] })
})

test('progress comes through', async () => {
  const seen: unknown[] = []
  const asked = createAway().ask('energy', REQUEST, { progress: (one) => seen.push(one) })
  await settle()
  newest().say({ id: 0, progress: { checked: 3, of: 9 } })
  newest().say({ id: 0, result: null })
  await asked
  expect(seen).toEqual([{ checked: 3, of: 9 }])
})

test.for(
  [
    [new AppError('block-missing'), { name: 'AppError', key: 'block-missing' }],
    [new Unreachable('Nobody answers'), { name: 'Unreachable' }],
    [new ApiProblem(400, null, 7, 'No'), { name: 'ApiProblem', status: 400, retryAfter: 7 }],
    [new DOMException('Full', 'QuotaExceededError'), { name: 'QuotaExceededError' }],
    [new TypeError('Oh'), { name: 'Error', message: 'Oh' }],
  ] as const,
)('what went wrong there is the same here: %s', async ([error, expected]) => {
  const asked = createAway().ask('energy', REQUEST).catch((failure: unknown) => failure)
  await settle()
  newest().say({ id: 0, failure: structuredClone(failureOf(error)) })
  const failure = await asked
  expect(failure).toMatchObject(expected)
  if (!(failure instanceof Error)) throw new TypeError('It is no error')
})

test.for(['error', 'messageerror'])(
  '%s fails who waits, and the next has another',
  async (what) => {
    const away = createAway()
    const lost = away.ask('energy', REQUEST).catch((error: unknown) => error)
    await settle()
    newest().dispatchEvent(new Event(what, { cancelable: true }))
    expect(await lost).toBeInstanceOf(Error)
    expect(newest().isOver).toBe(true)
    const again = away.ask('energy', REQUEST)
    await settle()
    expect(FakeWorker.made).toHaveLength(2)
    newest().say({ id: 1, result: 'again' })
    expect(await again).toBe('again')
  },
)

test('a worker that is not there in time is ended, and another is tried the next time', async () => {
  FakeWorker.isSlow = true
  const away = createAway()
  const first = away.ask('energy', REQUEST)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await first).toMatchObject({ on: 'page' })
  expect(newest().isOver).toBe(true)
  FakeWorker.isSlow = false
  const again = away.ask('energy', REQUEST)
  await settle()
  expect(FakeWorker.made).toHaveLength(2)
  newest().say({ id: 0, result: 'there' })
  expect(await again).toBe('there')
})

test('a worker with nothing to do goes after a minute, a busy one stays', async () => {
  const away = createAway()
  const first = away.ask('energy', REQUEST)
  await settle()
  await vi.advanceTimersByTimeAsync(300_000)
  expect(newest().isOver).toBe(false)
  newest().say({ id: 0, result: null })
  await first
  await vi.advanceTimersByTimeAsync(59_000)
  expect(newest().isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(newest().isOver).toBe(true)
})

test('once another owner was restored, nothing of the old one goes on', async () => {
  const away = createAway()
  const asked = away.ask('energy', REQUEST).catch((error: unknown) => error)
  await settle()
  away.end()
  expect(await asked).toMatchObject({ name: 'AbortError' })
  expect(newest().isOver).toBe(true)
})

test.for(['none', 'refused', 'broken'])('without a worker (%s), the page does it', async (why) => {
  if (why === 'none') vi.stubGlobal('Worker', undefined)
  if (why === 'refused') {
    vi.stubGlobal('Worker', function refuse() {
      throw new DOMException('Not here', 'SecurityError')
    })
  }
  if (why === 'broken') {
    vi.stubGlobal(
      'Worker',
      class extends EventTarget {
        constructor() {
          super()
          queueMicrotask(() => this.dispatchEvent(new Event('error', { cancelable: true })))
        }
        terminate(): void {
          this.dispatchEvent(new Event('over'))
        }
      },
    )
  }
  expect(await createAway().ask('energy', REQUEST)).toEqual({ request: REQUEST, on: 'page' })
})
