/**
 * One channel: what was checked of it, its gaps, and its export.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { dayAndClock, dayRange, decimal, span } from '../i18n/format.ts'
import { faultText, t } from '../i18n/messages.ts'
import { Copyable } from '../parts/copyable.tsx'
import { Simulated } from '../parts/simulated.tsx'
import type { ChannelProof } from '../state.ts'
import { channelName } from './channel-name.ts'
import { Export } from './export.tsx'

/** A page of gaps is no longer read; the export has them all. */
const mostGaps = 12

function Pair({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

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
        <Pair name={t('proof.blocks')}>
          {decimal(channel.blocks)} {covered === null ? null : <span class='muted'>{covered}</span>}
        </Pair>
        <Pair name={t('proof.gap-list')}>
          <Gaps gaps={channel.gaps} />
        </Pair>
        {channel.lost === 0 ? null : <Pair name={t('proof.lost')}>{decimal(channel.lost)}</Pair>}
        {channel.waiting === 0
          ? null
          : <Pair name={t('proof.waiting')}>{decimal(channel.waiting)}</Pair>}
      </dl>
      <details>
        <summary>{t('proof.more')}</summary>
        <dl class='pairs'>
          <Pair name={t('proof.readings')}>{decimal(channel.readings)}</Pair>
          <Pair name={t('proof.chapters')}>
            {channel.ownChapters === channel.chapters
              ? decimal(channel.chapters)
              : t('proof.chapters.own', { count: channel.chapters, own: channel.ownChapters })}
          </Pair>
          {beginnings.length === 0 ? null : (
            <Pair name={t('proof.beginnings')}>
              <ul>
                {beginnings.map(({ reason, at }) => (
                  <li key={at}>
                    {dayAndClock(at)}: {t(`proof.beginning.${reason}`)}
                  </li>
                ))}
              </ul>
            </Pair>
          )}
          <Pair name={t('proof.acknowledged')}>{decimal(channel.acknowledged)}</Pair>
          {channel.resealed === 0
            ? null
            : <Pair name={t('proof.resealed')}>{decimal(channel.resealed)}</Pair>}
          <Pair name={t('proof.channel-id')}>
            <Copyable text={channel.channel} />
          </Pair>
        </dl>
      </details>
      <Export channel={channel.channel} />
    </article>
  )
}
