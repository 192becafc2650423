/**
 * Where the page begins: the first picture in the reader's language, and then, behind it, all other
 * messages and the household that reads, seals and sends.
 *
 * @module
 */
import { render } from 'preact'
import { type Actions, actionsOf, ActionsProvider } from './actions.ts'
import { App } from './app.tsx'
import { chooseMessages, loadMessages } from './i18n/messages.ts'
import { hearInstallOffer } from './install.ts'
import { followNewVersion, registerServiceWorker } from './new-version.ts'
import { takePairingLink } from './settings/pairing-link.ts'

/** On a slow line, whatever else is fetched holds up the first picture. */
function pictured(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    // A page that nobody looks at is given no frame, and has to read all the same.
    setTimeout(resolve, document.hidden ? 0 : 500)
  })
}

/** The household has no news that the messages are not there for. */
async function loadHousehold(): Promise<Actions> {
  await pictured()
  const [{ createHousehold }] = await Promise.all([import('./household.ts'), loadMessages()])
  return createHousehold()
}

/** Keeping the whole app in the browser can wait until the page has nothing else to do. */
function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ('requestIdleCallback' in globalThis) requestIdleCallback(() => resolve(), { timeout: 5000 })
    else setTimeout(resolve, 1000)
  })
}

async function start(): Promise<void> {
  const place = document.getElementById('app')
  if (place === null) throw new TypeError('index.html has no place for the app')
  takePairingLink()
  hearInstallOffer()
  chooseMessages()
  const household = loadHousehold()
  const actions = actionsOf(household)
  followNewVersion(() => actions.sealPending())
  render(
    <ActionsProvider value={actions}>
      <App />
    </ActionsProvider>,
    place,
  )
  await household.catch(() => undefined) // told by whoever asks for something
  await idle()
  await registerServiceWorker(() => actions.sealPending())
}

void start()
