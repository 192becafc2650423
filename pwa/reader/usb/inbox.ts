/**
 * What came in over USB and was not read yet, in order: bytes, and the faults between them. It holds
 * so many bytes; whoever fills it waits for room, so that the chip's own buffer fills next, and then
 * the line waits or the chip says that it lost some.
 *
 * @module
 */
import type { LineFault } from './chip.ts'

/** The device is gone after a `NetworkError`. */
export type Fault = LineFault | 'NetworkError'

export type Entry = { readonly bytes: Uint8Array } | { readonly fault: Fault }

/** What a fault takes of the room, so that nothing but faults fills it too. */
const FAULT_SIZE = 64

export class Inbox {
  readonly #capacity: number
  #entries: Entry[] = []
  #size = 0
  #taken: (entry: Entry | null) => void = () => undefined
  #isAwaited = false
  #waiting: (() => void)[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  put(entry: Entry): void {
    if (this.#isAwaited) return this.#give(entry)
    this.#entries.push(entry)
    this.#size += sizeOf(entry)
  }

  /** The oldest, as soon as there is one; null when it is emptied before. For one that waits. */
  take(): Promise<Entry | null> {
    const entry = this.#entries.shift()
    if (entry === undefined) {
      return new Promise((taken) => {
        this.#isAwaited = true
        this.#taken = taken
      })
    }
    this.#size -= sizeOf(entry)
    if (this.#hasRoom()) this.#tellRoom()
    return Promise.resolve(entry)
  }

  /** Resolves when there is room. */
  async room(): Promise<void> {
    if (!this.#hasRoom()) await new Promise<void>((roomy) => this.#waiting.push(roomy))
  }

  empty(): void {
    this.#entries = []
    this.#size = 0
    this.#tellRoom()
    if (this.#isAwaited) this.#give(null)
  }

  #give(entry: Entry | null): void {
    this.#isAwaited = false
    this.#taken(entry)
  }

  #tellRoom(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const roomy of waiting) roomy()
  }

  #hasRoom(): boolean {
    return this.#size < this.#capacity
  }
}

function sizeOf(entry: Entry): number {
  return 'bytes' in entry ? entry.bytes.length : FAULT_SIZE
}
