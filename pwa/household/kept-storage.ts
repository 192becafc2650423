/**
 * Asks the browser to keep what lies here until its owner clears it (W3C Storage, `persist`). The
 * moment is the first proof: from then on there is something to lose, and the question makes sense
 * to whoever is asked. It is asked once; Health asks again when told to.
 *
 * @module
 */

const storageKey = 'kilowit.asked-to-keep'

export async function askToKeep(): Promise<void> {
  try {
    if (localStorage.getItem(storageKey) !== null) return
    localStorage.setItem(storageKey, '1')
    if (!(await navigator.storage.persisted())) await navigator.storage.persist()
  } catch {
    // Not on every address and in every private window: Health then says that nothing is promised.
  }
}
