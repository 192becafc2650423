/**
 * Whether this browser has shown a meter before: its vault takes a moment to open, and until then
 * the page of the first visit would be wrong.
 *
 * @module
 */
import { effect, signal } from '@preact/signals'
import { meters, reader } from '../state.ts'

const storageKey = 'kilowit.been-here'
const patience = 3000

function wasHere(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null
  } catch {
    return false
  }
}

function remember(): void {
  try {
    localStorage.setItem(storageKey, '1')
  } catch {
    // Then the first page shows for a moment; nothing else hangs on it.
  }
}

/** True while the meters of an earlier visit are still to come. */
export const awaited = signal(wasHere())

effect(() => {
  if (meters.value.length > 0) remember()
  if (meters.value.length > 0 || reader.value.kind !== 'idle') awaited.value = false
})
setTimeout(() => awaited.value = false, patience)
