/**
 * What a channel is, before what it is called.
 *
 * @module
 */
import { t } from '../i18n/messages.ts'
import type { MeterChannel } from '../state.ts'

export function channelName({ classes, resolution }: Pick<MeterChannel, 'classes' | 'resolution'>) {
  if (resolution === 'live') return t('proof.channel.live')
  if (resolution === 'PT15M') return t('proof.channel.quarter')
  if (resolution === 'P1D') return t('proof.channel.day')
  return t('proof.channel.other', { classes, resolution })
}
