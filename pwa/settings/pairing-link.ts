/**
 * The code in a link that a gateway shows (`/pair#CODE`): taken out of the address at once, so that
 * it is in no history, no log and no bookmark, and kept nowhere but here until it is used.
 *
 * @module
 */
import { signal } from '@preact/signals'

/** What stood behind the `#`; null once it was used. */
export const pairingLink = signal<string | null>(null)

/** Before anything is shown, and whenever a link is opened in a page that is there already. */
export function takePairingLink(): void {
  const take = () => {
    if (location.pathname !== '/pair' || location.hash === '') return
    pairingLink.value = location.hash.slice(1)
    history.replaceState(history.state, '', location.pathname + location.search)
  }
  take()
  addEventListener('hashchange', take)
}
