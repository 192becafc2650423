/**
 * One tab of a browser reads, seals and sends: the one that holds the Web Lock. The others show
 * what it tells them over a BroadcastChannel, and the next one takes over when it closes.
 *
 * @module
 */
import type { ReadonlySignal } from '@preact/signals'

export interface Mirrored {
  readonly signal: ReadonlySignal<unknown>
  /** In a tab that watches: the holder's signal has this value. */
  readonly show: (value: unknown) => void
}

export interface TabsOptions {
  /** By a name that is the same in all tabs. */
  readonly mirrored: Readonly<Record<string, Mirrored>>
  /** This tab holds the lock from now on. */
  readonly hold: () => Promise<void>
  /** It gives the lock up, so that another tab may read. */
  readonly release: () => Promise<void>
  /** Whether it may give it up: not while it reads. */
  readonly mayRelease: () => boolean
}

export interface Tabs {
  holds(): boolean
  /** Becomes the holder if the present one may let go; false if it reads. */
  take(): Promise<boolean>
}

const LOCK = 'kilowit-sealer'
const PATIENCE = 3_000

type Message =
  | { readonly kind: 'hello' }
  | { readonly kind: 'let-go' }
  | { readonly kind: 'no' }
  | { readonly kind: 'shows'; readonly name: string; readonly value: unknown }

export function openTabs(options: TabsOptions): Tabs {
  const { mirrored } = options
  const channel = new BroadcastChannel('kilowit')
  let holding = false
  let letGo: () => void = () => undefined
  const waiters = new Set<(holds: boolean) => void>()

  const say = (message: Message) => channel.postMessage(message)
  const settle = (holds: boolean) => {
    for (const waiter of waiters) waiter(holds)
    waiters.clear()
  }

  for (const [name, { signal }] of Object.entries(mirrored)) {
    signal.subscribe((value) => {
      if (holding) say({ kind: 'shows', name, value })
    })
  }

  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'hello' && holding) {
      for (const [name, { signal }] of Object.entries(mirrored)) {
        say({ kind: 'shows', name, value: signal.value })
      }
    } else if (data.kind === 'let-go' && holding) {
      if (options.mayRelease()) letGo()
      else say({ kind: 'no' })
    } else if (data.kind === 'no' && !holding) {
      settle(false)
    } else if (data.kind === 'shows' && !holding) {
      mirrored[data.name]?.show(data.value)
    }
  })

  async function queue(): Promise<void> {
    for (;;) {
      await navigator.locks.request(LOCK, async () => {
        const released = new Promise<void>((resolve) => (letGo = resolve))
        holding = true
        await options.hold()
        settle(true)
        await released
        await options.release()
        holding = false
      })
    }
  }

  say({ kind: 'hello' })
  void queue()

  return {
    holds: () => holding,
    take() {
      if (holding) return Promise.resolve(true)
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter)
          resolve(false)
        }, PATIENCE)
        const waiter = (holds: boolean) => {
          clearTimeout(timer)
          resolve(holds)
        }
        waiters.add(waiter)
        say({ kind: 'let-go' })
      })
    },
  }
}
