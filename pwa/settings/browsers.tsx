/**
 * The owner's browsers: each signs with a key of its own, and one that is lost is taken back here.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import type { OwnBrowser } from '../consent/state.ts'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { Fingerprint } from '../parts/copyable.tsx'
import { TwoTaps } from '../sharing/two-taps.tsx'
import { identities, replaced } from '../state.ts'

export function Browsers(): JSX.Element | null {
  const actions = useActions()
  const [all, setAll] = useState<readonly OwnBrowser[]>([])
  const owner = identities.value?.owner
  const look = async () => setAll(await (await actions.consent()).browsers())
  useEffect(() => {
    // What cannot be asked for now is not shown: nothing here depends on it.
    if (owner !== undefined) look().catch(() => undefined)
  }, [owner])
  if (all.length === 0 || replaced.value) return null
  const others = all.filter(({ own }) => !own)
  return (
    <section id='browsers'>
      <h2>{t('browsers')}</h2>
      <p>{t(others.length === 0 ? 'browsers.alone' : 'browsers.text')}</p>
      {others.length === 0 ? null : (
        <ul class='browsers'>
          {all.map((browser) => <Entry key={browser.index} browser={browser} look={look} />)}
        </ul>
      )}
    </section>
  )
}

interface EntryProps {
  readonly browser: OwnBrowser
  readonly look: () => Promise<void>
}

function Entry({ browser: { index, own, since, key, going }, look }: EntryProps): JSX.Element {
  const actions = useActions()
  return (
    <li>
      <h3>{t(own ? 'browsers.own' : 'browsers.other')}</h3>
      <p>{t('browsers.since', { date: dayText(since) })}</p>
      <details>
        <summary>{t('consent.details')}</summary>
        <dl class='pairs'>
          <div>
            <dt>{t('settings.fingerprint')}</dt>
            <dd>
              <Fingerprint hex={key.slice(0, 20)} />
            </dd>
          </div>
        </dl>
      </details>
      {own ? null : going ? <p>{t('browsers.going')}</p> : (
        <TwoTaps
          first={t('browsers.take')}
          second={t('browsers.take.now')}
          run={async () => {
            await (await actions.consent()).takeBack(index)
            await look()
          }}
        >
          <div class='words'>
            <p class='what'>{t('browsers.take.what')}</p>
            <p>{t('browsers.take.stays')}</p>
          </div>
        </TwoTaps>
      )}
    </li>
  )
}
