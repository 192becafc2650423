/**
 * The household's devices: this browser, others that were paired, what each of them reads, and how
 * one is let go.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { Fingerprint } from '../parts/copyable.tsx'
import { Notice } from '../parts/notice.tsx'
import { TwoTaps } from '../sharing/two-taps.tsx'
import { identities, replaced } from '../state.ts'
import { PairGateway } from './pair-gateway.tsx'
import { devices, type DeviceView, shortOf, unfinished } from './devices-state.ts'

function Unpair({ device }: { device: DeviceView }): JSX.Element {
  const actions = useActions()
  const [keeps, setKeeps] = useState(false)
  return (
    <TwoTaps
      first={t('devices.unpair')}
      second={t('devices.unpair.now')}
      run={async () => await (await actions.devices()).unpair(device.id, keeps)}
    >
      <div class='words'>
        <p class='what'>{t('devices.unpair.what')}</p>
        <p>{t('devices.unpair.stays')}</p>
        {device.grants === 0 ? null : (
          <>
            <p>{t('devices.unpair.grants', { count: device.grants })}</p>
            <label class='choice'>
              <input
                type='checkbox'
                checked={keeps}
                onChange={(event) => setKeeps(event.currentTarget.checked)}
              />
              <span>{t('devices.unpair.keep')}</span>
            </label>
          </>
        )}
      </div>
    </TwoTaps>
  )
}

function DeviceEntry({ device }: { device: DeviceView }): JSX.Element {
  const { kind, name, meters, lastBlock, unsent } = device
  return (
    <li>
      <h3>{name ?? t(`devices.${kind}`)}</h3>
      {name === null ? null : <p class='muted'>{t(`devices.${kind}`)}</p>}
      <p>
        {meters.length === 0
          ? t('devices.reads.nothing')
          : t('devices.reads', { meters: meters.join(', ') })}
      </p>
      {lastBlock === null
        ? null
        : <p class='muted'>{t('devices.last', { moment: moment(lastBlock) })}</p>}
      <details>
        <summary>{t('settings.fingerprint')}</summary>
        <p>
          <Fingerprint hex={shortOf(device.id)} />
        </p>
      </details>
      {unsent
        ? <p class='muted'>{t('devices.unsent')}</p>
        : kind === 'this'
        ? null
        : <Unpair device={device} />}
    </li>
  )
}

export function Devices(): JSX.Element {
  const actions = useActions()
  const [problem, setProblem] = useState<string | null>(null)
  const owner = identities.value?.owner
  const isReplaced = replaced.value
  useEffect(() => {
    if (isReplaced) return
    void (async () => {
      try {
        await (await actions.devices()).showDevices()
        setProblem(null)
      } catch (error) {
        setProblem(sentenceOf(error))
      }
    })()
  }, [owner, isReplaced])
  // To the platform this browser is nobody's any more.
  if (isReplaced) {
    return (
      <section id='devices'>
        <h2>{t('devices')}</h2>
        <p>{t('devices.replaced')}</p>
      </section>
    )
  }
  const all = devices.value ?? []
  const left = unfinished.value
  return (
    <section id='devices'>
      <h2>{t('devices')}</h2>
      {problem === null ? null : <Notice what={t('devices.problem')} todo={problem} tone='fault' />}
      {all.length === 0 ? <p>{t('devices.none')}</p> : (
        <ul class='meters'>
          {all.map((device) => <DeviceEntry key={device.id} device={device} />)}
        </ul>
      )}
      {left === null ? null : (
        <Notice
          what={t(`devices.pair.${left.how}`, { name: left.name })}
          todo={t(`devices.pair.${left.how}.do`)}
        />
      )}
      <details>
        <summary>{t('devices.pair')}</summary>
        <PairGateway />
      </details>
    </section>
  )
}
