/**
 * Where the page begins: the messages of the reader's language, the first picture, and then, behind
 * it, the household that reads, seals and sends.
 *
 * @module
 */
import { render } from 'preact'
import { actionsOf, ActionsProvider } from './actions.ts'
import { App } from './app.tsx'
import { loadMessages } from './i18n/messages.ts'
import { registerServiceWorker } from './new-version.ts'

/** On a slow line, whatever else is fetched holds up the first picture. */
function pictured(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve))
    // A page that nobody looks at is given no frame, and has to read all the same.
    setTimeout(resolve, document.hidden ? 0 : 500)
  })
}

async function start(): Promise<void> {
  const place = document.getElementById('app')
  if (place === null) throw new TypeError('index.html has no place for the app')
  await loadMessages()
  const household = pictured().then(() => import('./household.ts'))
    .then(({ createHousehold }) => createHousehold())
  const actions = actionsOf(household)
  render(
    <ActionsProvider value={actions}>
      <App />
    </ActionsProvider>,
    place,
  )
  await registerServiceWorker(() => actions.sealPending())
}

void start()
