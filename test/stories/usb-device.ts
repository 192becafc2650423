/**
 * A cable as WebUSB shows it, for a browser as on a phone: its chip is the one thing of these tests
 * that is no real one, a model down to its control and bulk transfers (see test/rig/usb-chips.ts).
 * It is installed in the page, before the app.
 *
 * @module
 */
import type { BrowserContext } from 'playwright-core'
import type { LineSettings } from '../../shared/meter/line.ts'
import { type ChipName, usbChip } from '../rig/usb-chips.ts'

/** How the test plays the far end. */
export interface FarEnd {
  /** Bytes onto the line; lost while nobody has it open, garbled at other settings. */
  send(bytes: readonly number[]): void
  unplug(): void
  plug(): void
  /** From now on a driver of the system has it, or no longer. */
  claim(claimed: boolean): void
  /** What was asked of the browser and the device, in order. */
  readonly asked: string[]
  /** As the chip is set now. */
  settings(): LineSettings | null
  signals(): { readonly dtr: boolean; readonly rts: boolean }
}

declare global {
  var farEnd: FarEnd
}

interface Cable {
  readonly chip: ChipName
  /** Of the meter. */
  readonly line: LineSettings
  /** As Chrome on Android: there is WebSerial too, but it knows no such cable. */
  readonly onAndroid?: boolean
}

export async function installUsbDevice(context: BrowserContext, cable: Cable): Promise<void> {
  const content = `${usbChip.toString()}\n(${install.toString()})(usbChip, ${
    JSON.stringify(cable)
  })`
  await context.addInitScript({ content })
}

function install(make: typeof usbChip, { chip, line, onAndroid }: Cable): void {
  const asked: string[] = []
  let plugged = true
  let granted = sessionStorage.getItem('usb-granted') !== null

  let { device, far } = make(chip, asked)
  const usb = Object.assign(new EventTarget(), {
    getDevices: () => Promise.resolve(plugged && granted ? [device] : []),
    requestDevice(options: object) {
      asked.push(`choose ${JSON.stringify(options)}`)
      granted = true
      sessionStorage.setItem('usb-granted', '1')
      return Promise.resolve(device)
    },
  })
  const tell = (what: string) => usb.dispatchEvent(Object.assign(new Event(what), { device }))
  const own = (name: string, get: () => unknown) =>
    Object.defineProperty(Navigator.prototype, name, { configurable: true, get })
  if (onAndroid === true) {
    own('serial', () => Object.assign(new EventTarget(), { getPorts: () => Promise.resolve([]) }))
    own('userAgent', () => 'Mozilla/5.0 (Linux; Android 10; K) Chrome/148.0.0.0 Mobile')
  } else Reflect.deleteProperty(Navigator.prototype, 'serial')
  own('usb', () => usb)
  globalThis.farEnd = {
    asked,
    send: (bytes) => far.send(bytes, line),
    settings: () => far.settings(),
    signals: () => far.signals,
    claim(claimed) {
      far.claimedElsewhere = claimed
    },
    unplug() {
      plugged = false
      far.unplug()
      tell('disconnect')
    },
    plug() {
      plugged = true
      ;({ device, far } = make(chip, asked))
      tell('connect')
    },
  }
}
