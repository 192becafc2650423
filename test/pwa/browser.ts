/**
 * Chromium as installed, quiet and without a sandbox of its own.
 *
 * @module
 */
import { type Browser, chromium } from 'playwright-core'

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      '--disable-dev-shm-usage',
    ],
  })
}

/** Half past two on a sunny Sunday in Berlin. */
export const aSunnyAfternoon = new Date('2026-06-14T12:31:20Z')
