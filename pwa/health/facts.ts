/**
 * What Health asks for while somebody looks: the platform for its version and time, the browser for
 * its storage; again every minute, and when the network comes or goes.
 *
 * @module
 */
import { useEffect, useState } from 'preact/hooks'
import { isKnownCode, language } from '../i18n/messages.ts'
import { installed } from '../install.ts'
import * as app from '../state.ts'
import { askBrowser, type BrowserFacts } from './browser-facts.ts'
import { askPlatform, type PlatformFacts } from './platform-facts.ts'
import type { Known } from './report.ts'

export interface Facts {
  /** Null until they are known, and while the platform is away. */
  readonly platform: PlatformFacts | null
  readonly browser: BrowserFacts | null
  /** Asks again at once. */
  readonly ask: () => Promise<void>
}

const ASK_EVERY = 60_000

export function useFacts(): Facts {
  const [platform, setPlatform] = useState<PlatformFacts | null>(null)
  const [browser, setBrowser] = useState<BrowserFacts | null>(null)
  const ask = async () => {
    setBrowser(await askBrowser())
    try {
      setPlatform(await askPlatform((address, init) => fetch(address, init), () => Date.now()))
    } catch {
      setPlatform(null)
    }
  }
  const isOnline = app.online.value
  useEffect(() => {
    void ask()
    const timer = setInterval(() => void ask(), ASK_EVERY)
    return () => clearInterval(timer)
  }, [isOnline])
  return { platform, browser, ask }
}

/** Everything known here and now, for the report to choose from. */
export function known({ platform, browser }: Facts): Known {
  return {
    now: Date.now(),
    version: import.meta.env.VITE_VERSION,
    language: language.value,
    userAgent: navigator.userAgent,
    installed: installed.value,
    abilities: {
      serial: 'serial' in navigator,
      keys: isSecureContext && 'subtle' in crypto && 'indexedDB' in globalThis,
      secure: isSecureContext,
    },
    online: app.online.value,
    reader: app.reader.value,
    lineCounts: app.lineCounts.value,
    meters: app.meters.value,
    latest: app.latest.value,
    outbox: app.outbox.value,
    seals: app.seals.value,
    proof: app.proof.value ?? app.keptProof.value,
    recovery: app.recovery.value,
    browser,
    platform,
    isCode: isKnownCode,
  }
}
