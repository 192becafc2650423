/**
 * The serial ports of this browser: those of WebSerial (WICG Serial API), or over WebUSB, whichever
 * way it has (see serial-way.ts).
 *
 * @module
 */
import { chosen, type Ports } from './ports.ts'
import { serialWay } from './serial-way.ts'

/** Null where this browser has neither. */
export async function portsOfBrowser(): Promise<Ports | null> {
  const way = serialWay()
  if (way === 'usb') return (await import('./usb-ports.ts')).usbPorts()
  return way === 'serial' ? webSerial(navigator.serial) : null
}

function webSerial(serial: Serial): Ports {
  return {
    async granted() {
      const ports = await serial.getPorts()
      return ports.filter((port) => port.getInfo().usbVendorId !== undefined)
    },
    choose: () => chosen(() => serial.requestPort()),
    onPlugged: (plugged) => serial.addEventListener('connect', () => plugged()),
  }
}
