/**
 * Serial ports over WebUSB (WICG WebUSB API), of devices that no driver of the system has taken:
 * those with a chip that is known here (see usb/chips.ts), and those of the communications device
 * class (USB CDC 1.2, ACM).
 *
 * @module
 */
import { SerialPort as CdcPort } from 'web-serial-polyfill'
import { chosen, type Port, type Ports } from './ports.ts'
import { ChipPort } from './usb/chip-port.ts'
import { chipFilters, chipPortOf, type UsbFilter } from './usb/chips.ts'
import type { UsbDevice } from './usb/device.ts'

/** The class of the interface that controls the line. */
const CDC_CONTROL = 2

/** What is used of WebUSB. */
interface Usb extends EventTarget {
  getDevices(): Promise<UsbDevice[]>
  requestDevice(options: { filters: readonly UsbFilter[] }): Promise<UsbDevice>
}

export function usbPorts(): Ports {
  // Asked for only where the browser has it; TypeScript's library does not know it.
  const { usb } = navigator as unknown as { readonly usb: Usb }
  const known = new WeakMap<object, Port>()

  /** @throws {TypeError} where the device is no serial port */
  function portOf(device: UsbDevice): Port {
    const port = known.get(device) ?? chipPortOf(device) ??
      new CdcPort(device)
    known.set(device, port)
    return port
  }

  usb.addEventListener('disconnect', (event) => {
    // USBConnectionEvent, which TypeScript's library does not know.
    const { device } = event as Event & { readonly device: object }
    const port = known.get(device)
    if (port instanceof ChipPort) port.unplugged()
  })

  return {
    async granted() {
      return (await usb.getDevices()).flatMap((device) => {
        try {
          return [portOf(device)]
        } catch {
          return [] // no serial port
        }
      })
    },
    choose: () =>
      chosen(async () => {
        const filters = [...chipFilters, { classCode: CDC_CONTROL }]
        return portOf(await usb.requestDevice({ filters }))
      }),
    onPlugged: (plugged) => usb.addEventListener('connect', () => plugged()),
  }
}
