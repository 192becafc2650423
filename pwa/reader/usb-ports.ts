/**
 * Serial ports over WebUSB (WICG WebUSB API): devices of the communications device class (USB CDC
 * 1.2, ACM), which no driver of the system has taken. Cables with a chip of their own maker (FTDI,
 * CP210x, CH340) are none of them.
 *
 * @module
 */
import { SerialPort as UsbSerialPort } from 'web-serial-polyfill'
import { chosen, type Port, type Ports } from './ports.ts'

/** The class of the interface that controls the line. */
const CDC_CONTROL = 2

/** What is used of WebUSB; the devices are handed on. */
interface Usb extends EventTarget {
  getDevices(): Promise<object[]>
  requestDevice(options: { filters: { classCode: number }[] }): Promise<object>
}

type UsbDevice = ConstructorParameters<typeof UsbSerialPort>[0]

export function usbPorts(): Ports {
  // Asked for only where the browser has it; TypeScript's library does not know it.
  const { usb } = navigator as unknown as { readonly usb: Usb }
  const known = new WeakMap<object, Port>()

  function portOf(device: object): Port {
    const port = known.get(device) ?? new UsbSerialPort(device as UsbDevice) // from WebUSB itself
    known.set(device, port)
    return port
  }

  return {
    async granted() {
      return (await usb.getDevices()).flatMap((device) => {
        try {
          return [portOf(device)]
        } catch {
          return [] // no serial port by class
        }
      })
    },
    choose: () =>
      chosen(async () => {
        return portOf(await usb.requestDevice({ filters: [{ classCode: CDC_CONTROL }] }))
      }),
    onPlugged: (plugged) => usb.addEventListener('connect', () => plugged()),
  }
}
