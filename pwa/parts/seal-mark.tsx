/**
 * The seal mark: evidence about what it stands beside, and the way to the proof.
 *
 * @module
 */
import type { JSX } from 'preact'
import { age } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import type { Seal } from '../state.ts'
import { nowSeconds } from './clock.ts'
import { Icon, type IconName } from './icon.tsx'

const icons: Readonly<Record<Seal['kind'], IconName>> = {
  checked: 'proof',
  waiting: 'waiting',
  broken: 'broken',
}

/** The mark's evidence in words. */
export function sealWords(seal: Seal): string {
  if (seal.kind === 'broken') return t('seal.broken')
  if (seal.kind === 'checked') {
    return t(seal.own ? 'seal.checked' : 'seal.checked.devices', {
      count: seal.blocks,
      age: age(seal.at / 1000, nowSeconds.value),
    })
  }
  return seal.blocks === 0 ? t('seal.waiting.first') : t('seal.waiting', { count: seal.blocks })
}

export function SealMark({ seal }: { seal: Seal }): JSX.Element {
  return (
    <a class={`seal ${seal.kind}`} href='/proof'>
      <Icon name={icons[seal.kind]} />
      <span>{sealWords(seal)}</span>
    </a>
  )
}
