/**
 * How a browser that does not ask by itself installs an app: which steps to write down.
 *
 * @module
 */

/** Which menu to open. */
export type WrittenWay = 'ios' | 'mac-safari' | 'firefox-android' | 'menu'

/** Null where the browser installs no apps that we know of. */
export function writtenWay(userAgent: string): WrittenWay | null {
  if (/iPhone|iPad/.test(userAgent)) return 'ios'
  if (userAgent.includes('Firefox/')) {
    return userAgent.includes('Android') ? 'firefox-android' : null
  }
  if (/Chrome\/|Chromium\//.test(userAgent)) return 'menu'
  return /Macintosh.*Safari\//.test(userAgent) ? 'mac-safari' : null
}
