/**
 * The serial ports of this browser: those of WebSerial (WICG Serial API), or, where that is missing,
 * USB devices that are serial ports by class (CDC-ACM) over WebUSB.
 *
 * @module
 */
import { chosen, type Ports } from './ports.ts'

/** Null where this browser has neither. */
export async function portsOfBrowser(): Promise<Ports | null> {
  const scope: { readonly serial?: Serial } & Navigator = navigator
  if (scope.serial !== undefined) return webSerial(scope.serial)
  if ('usb' in navigator) return (await import('./usb-ports.ts')).usbPorts()
  return null
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
