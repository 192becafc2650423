/**
 * One channel: what was checked of it, its gaps, and its export.
 *
 * @module
 */
import type { JSX } from 'preact'
import { dayAndClock, dayRange, decimal, span } from '../i18n/format.ts'
import { faultText, t } from '../i18n/messages.ts'
import { Copyable } from '../parts/copyable.tsx'
import { NamedValue } from '../parts/named-value.tsx'
import { Simulated } from '../parts/simulated.tsx'
import type { ChannelProof } from '../state.ts'
import { channelName } from './channel-name.ts'
import { Export } from './export.tsx'

/** A page of gaps is no longer read; the export has them all. */
const mostGaps = 12

function Gaps({ gaps }: Pick<ChannelProof, 'gaps'>): JSX.Element {
  if (gaps.length === 0) return <>{t('proof.gap-none')}</>
  return (
    <ul>
      {gaps.slice(0, mostGaps).map((gap) => (
        <li key={gap.from}>
          {span(gap.from, gap.to)}
        </li>
      ))}
      {gaps.length > mostGaps
        ? <li>{t('proof.gap-more', { count: gaps.length - mostGaps })}</li>
        : null}
    </ul>
  )
}

export function Channel({ channel }: { channel: ChannelProof }): JSX.Element {
  const { fault, beginnings = [] } = channel
  const covered = channel.firstAt === null || channel.lastAt === null
    ? null
    : dayRange(channel.firstAt, channel.lastAt)
  return (
    <article class={fault === null ? 'channel' : 'channel broken'}>
      <header class='head'>
        <h3>{channelName(channel)}</h3>
        <span class='muted'>{t('proof.channel.of', { meter: channel.meter })}</span>
        {channel.simulated ? <Simulated /> : null}
      </header>
      {fault === null ? null : (
        <p class='fault'>
          {fault.seq === null ? faultText(fault.reason) : t('proof.fault.block', {
            seq: fault.seq,
            channel: channelName(channel),
            reason: faultText(fault.reason),
          })}
        </p>
      )}
      <dl class='pairs'>
        <NamedValue name={t('proof.blocks')}>
          {decimal(channel.blocks)} {covered === null ? null : <span class='muted'>{covered}</span>}
        </NamedValue>
        <NamedValue name={t('proof.gap-list')}>
          <Gaps gaps={channel.gaps} />
        </NamedValue>
        {channel.lost === 0
          ? null
          : <NamedValue name={t('proof.lost')}>{decimal(channel.lost)}</NamedValue>}
        {channel.waiting === 0
          ? null
          : <NamedValue name={t('proof.waiting')}>{decimal(channel.waiting)}</NamedValue>}
      </dl>
      <details>
        <summary>{t('proof.more')}</summary>
        <dl class='pairs'>
          <NamedValue name={t('proof.readings')}>{decimal(channel.readings)}</NamedValue>
          <NamedValue name={t('proof.chapters')}>
            {channel.ownChapters === channel.chapters
              ? decimal(channel.chapters)
              : t('proof.chapters.own', { count: channel.chapters, own: channel.ownChapters })}
          </NamedValue>
          {beginnings.length === 0 ? null : (
            <NamedValue name={t('proof.beginnings')}>
              <ul>
                {beginnings.map(({ reason, at }) => (
                  <li key={at}>
                    {dayAndClock(at)}: {t(`proof.beginning.${reason}`)}
                  </li>
                ))}
              </ul>
            </NamedValue>
          )}
          <NamedValue name={t('proof.acknowledged')}>{decimal(channel.acknowledged)}</NamedValue>
          {channel.resealed === 0
            ? null
            : <NamedValue name={t('proof.resealed')}>{decimal(channel.resealed)}</NamedValue>}
          <NamedValue name={t('proof.channel-id')}>
            <Copyable text={channel.channel} />
          </NamedValue>
        </dl>
      </details>
      <Export channel={channel.channel} />
    </article>
  )
}
