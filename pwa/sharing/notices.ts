/**
 * The news of what is shared that have not been put away in this browser.
 *
 * @module
 */
import { computed, signal } from '@preact/signals'
import { grants } from '../consent/state.ts'
import { nowSeconds } from '../parts/clock.ts'
import { noticesOf } from './news.ts'

const storageKey = 'kilowit.sharing-seen'

function kept(): ReadonlySet<string> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]')
    return new Set(Array.isArray(found) ? found.filter((one) => typeof one === 'string') : [])
  } catch {
    return new Set()
  }
}

const seen = signal(kept())

/** Not every second: a reminder is no clock. */
const minutes = computed(() => Math.floor(nowSeconds.value / 60) * 60)

export const sharingNotices = computed(() =>
  noticesOf(grants.value ?? [], minutes.value, seen.value)
)

export function isPutAway(id: string): boolean {
  return seen.value.has(id)
}

export function putAway(id: string): void {
  seen.value = new Set([...seen.value, id])
  try {
    localStorage.setItem(storageKey, JSON.stringify([...seen.value]))
  } catch {
    // It then comes again with the next visit.
  }
}
