/**
 * Which way this browser has to a serial cable. On Android WebSerial drives hardly more than what is
 * a serial port by class, and no driver of the system stands between WebUSB and the rest: there
 * WebUSB goes first.
 *
 * @module
 */

/** Null where it has none. */
export function serialWay(): 'serial' | 'usb' | null {
  const hasUsb = 'usb' in navigator
  if (hasUsb && /Android/.test(navigator.userAgent)) return 'usb'
  return 'serial' in navigator ? 'serial' : hasUsb ? 'usb' : null
}
