/**
 * What the app knows of this household's devices, and what Settings may ask of them.
 *
 * @module
 */
import { signal } from '@preact/signals'
import type { DataClass } from '../../shared/meter/reading.ts'

export interface DeviceView {
  /** Hex. */
  readonly id: string
  readonly kind: 'this' | 'browser' | 'gateway'
  /** As it called itself when it was paired; null where this browser did not pair it. */
  readonly name: string | null
  /** The meters whose channels it writes now. */
  readonly meters: readonly string[]
  /** When the platform took its newest block; null before the first, or while it cannot be asked. */
  readonly lastBlock: number | null
  /** Consents that end with it, unless they are kept. */
  readonly grants: number
  /** It was unpaired here, and the platform does not know it yet. */
  readonly unsent: boolean
}

/** What a gateway says of itself, by somebody who knows the code that it shows. */
export interface GatewayOffer {
  /** Hex. */
  readonly id: string
  readonly name: string
  readonly asks: readonly {
    readonly meter: string
    readonly simulated: boolean
    readonly classes: DataClass
    readonly resolution: string
  }[]
  /** It was confirmed before, and that is finished now. */
  readonly isPaired: boolean
}

/** The fingerprint of an id, as devices print it to be compared: its first 80 bits. */
export function shortOf(id: string): string {
  return id.slice(0, 20)
}

/** A pairing that was cut short: the device has not confirmed it yet, or it came to nothing. */
export interface Unfinished {
  readonly name: string
  readonly how: 'waits' | 'undone'
}

/** Null where there is none. */
export const unfinished = signal<Unfinished | null>(null)

/** Null until they were asked for. */
export const devices = signal<readonly DeviceView[] | null>(null)

/** Every promise settles; a failure rejects with an `AppError`. */
export interface DeviceActions {
  /** Shows what is known here at once, and then what the platform knows. */
  showDevices(): Promise<void>
  /** It reads for this household no longer; what was given of its readings ends, unless kept. */
  unpair(device: string, keepsGrants: boolean): Promise<void>
  /** The gateway that shows this code, as somebody typed it; nothing is signed by that. */
  findGateway(code: string): Promise<GatewayOffer>
  /** Pairs the gateway that was found last. */
  pairGateway(): Promise<void>
  /** Or does not. */
  leaveGateway(): Promise<void>
}
