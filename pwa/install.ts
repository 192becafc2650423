/**
 * Kilowit as an app of its own. Chromium asks the page whether now is the moment
 * (`beforeinstallprompt`, W3C Manifest Incubations): it is kept, and never used on arrival. Other
 * browsers have no such event; there we say which menu to open.
 *
 * @module
 */
import { computed, signal } from '@preact/signals'
import { type WrittenWay, writtenWay } from './install-way.ts'
import { recovery } from './state.ts'

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>
}

function isPrompt(event: Event): event is InstallPrompt {
  return 'prompt' in event && typeof event.prompt === 'function'
}

const storageKey = 'kilowit.install-hint'
const standalone = matchMedia('(display-mode: standalone)')

const kept = signal<InstallPrompt | null>(null)
const dismissed = signal(wasDismissed())
/** Whether this page runs in a window of its own. */
export const installed = signal(standalone.matches)

/** By which way this browser installs an app; null where it has none that we know. */
export type InstallWay = 'prompt' | WrittenWay

export const installWay = computed<InstallWay | null>(() =>
  installed.value ? null : kept.value === null ? writtenWay(navigator.userAgent) : 'prompt'
)

/** Once there is a first proof, and until it was answered once. */
export const installHint = computed(() =>
  !dismissed.value && recovery.value.kind !== 'none' && installWay.value !== null &&
  installWay.value !== 'menu'
)

function wasDismissed(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null
  } catch {
    return false
  }
}

/** The hint was answered, and is not shown again in this browser. */
export function dismissInstallHint(): void {
  dismissed.value = true
  try {
    localStorage.setItem(storageKey, '1')
  } catch {
    // It then lasts until the page is closed.
  }
}

/** Asks by the browser's own dialogue; it takes each event once. */
export async function install(): Promise<void> {
  const event = kept.value
  if (event === null) return
  kept.value = null
  dismissInstallHint()
  await event.prompt()
}

/** Listens from the first moment: the browser offers it but once, and early. */
export function hearInstallOffer(): void {
  addEventListener('beforeinstallprompt', (event) => {
    if (!isPrompt(event)) return
    event.preventDefault() // or the browser shows its own bar, on arrival
    kept.value = event
  })
  addEventListener('appinstalled', () => {
    kept.value = null
    dismissInstallHint()
  })
  standalone.addEventListener('change', ({ matches }) => installed.value = matches)
}
