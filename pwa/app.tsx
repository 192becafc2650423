/**
 * The five places and the way between them: a bar below on phones, a rail on the left where there
 * is room.
 *
 * @module
 */
import { LocationProvider, Route, Router, useLocation } from 'preact-iso'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { type PlainKey, t } from './i18n/messages.ts'
import { Icon, type IconName } from './parts/icon.tsx'
import { later } from './parts/later.tsx'
import { RoomLost } from './parts/lost.tsx'
import { NewVersion } from './parts/new-version-notice.tsx'
import { Now } from './now/now.tsx'

const History = later(async () => (await import('./history/history.tsx')).History)
const Sharing = later(async () => (await import('./sharing/sharing.tsx')).Sharing)
const Grant = later(async () => (await import('./sharing/grant.tsx')).Grant)
const Share = later(async () => (await import('./sharing/share.tsx')).Share)
const Shared = later(async () => (await import('./sharing/shared.tsx')).Shared)
const Consent = later(async () => (await import('./consent/consent.tsx')).Consent)
const Proof = later(async () => (await import('./proof/proof.tsx')).Proof)
const Health = later(async () => (await import('./health/health.tsx')).Health)
const Pair = later(async () => (await import('./settings/pair-gateway.tsx')).Pair)
const Settings = later(async () => (await import('./settings/settings.tsx')).Settings)

interface Place {
  readonly path: string
  readonly name: PlainKey
  readonly icon: IconName
}

const places: readonly Place[] = [
  { path: '/', name: 'room.now', icon: 'now' },
  { path: '/history', name: 'room.history', icon: 'history' },
  { path: '/sharing', name: 'room.sharing', icon: 'sharing' },
  { path: '/proof', name: 'room.proof', icon: 'proof' },
  { path: '/settings', name: 'room.settings', icon: 'settings' },
]

/** Pages that stand behind one of the places. */
function placeOf(path: string): string {
  if (path === '/health' || path === '/pair') return '/settings'
  const isBehind = /^\/(authorize|share|sharing\/.*|shared\/.*)$/.test(path)
  return isBehind ? '/sharing' : path
}

function currentOf(place: string, path: string): 'page' | 'true' | undefined {
  if (place === path) return 'page'
  return place === placeOf(path) ? 'true' : undefined
}

function Places(): JSX.Element {
  const { path } = useLocation()
  return (
    <nav class='places' aria-label={t('app.rooms')}>
      <a class='wordmark' href='/' aria-hidden='true' tabIndex={-1}>{t('app.name')}</a>
      <ul>
        {places.map((place) => (
          <li key={place.path}>
            <a href={place.path} aria-current={currentOf(place.path, path)}>
              <Icon name={place.icon} />
              <span>{t(place.name)}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Title(): null {
  const { path } = useLocation()
  const place = places.find((place) => place.path === placeOf(path))
  const name = t(path === '/health' ? 'room.health' : place?.name ?? 'room.lost')
  useEffect(() => {
    document.title = `${name} · ${t('app.name')}`
  }, [name])
  return null
}

function Rooms(): JSX.Element {
  return (
    <main id='content' tabIndex={-1}>
      <NewVersion />
      <Router>
        <Route path='/' component={Now} />
        <Route path='/history' component={History} />
        <Route path='/sharing' component={Sharing} />
        <Route path='/sharing/:grant' component={Grant} />
        <Route path='/share' component={Share} />
        <Route path='/shared/:grant' component={Shared} />
        <Route path='/authorize' component={Consent} />
        <Route path='/proof' component={Proof} />
        <Route path='/settings' component={Settings} />
        <Route path='/pair' component={Pair} />
        <Route path='/health' component={Health} />
        <Route default component={RoomLost} />
      </Router>
    </main>
  )
}

export function App(): JSX.Element {
  return (
    <LocationProvider>
      <div class='app'>
        <a class='skip' href='#content'>{t('app.skip')}</a>
        <Title />
        <Places />
        <Rooms />
      </div>
    </LocationProvider>
  )
}
