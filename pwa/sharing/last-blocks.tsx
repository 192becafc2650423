/**
 * Where somebody's reading ended: the last block that it could read of each channel, the same number
 * that the other side sees. Until the device has turned the key, it may still be less.
 *
 * @module
 */
import type { JSX } from 'preact'
import type { LastBlock } from '../consent/state.ts'
import { lineText } from '../consent/words.ts'
import { moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'

export function LastBlocks({ blocks }: { blocks: readonly LastBlock[] }): JSX.Element | null {
  if (blocks.length === 0) return null
  return (
    <section>
      <h2>{t('sharing.last')}</h2>
      <ul class='grants'>
        {blocks.map((block) => <Last key={block.channel} block={block} />)}
      </ul>
    </section>
  )
}

function Last({ block }: { block: LastBlock }): JSX.Element {
  const { line, seq, at, provisional, withheld } = block
  return (
    <li>
      <h3>{lineText(line)}</h3>
      <p>
        {seq === null || at === null
          ? t('sharing.last.none')
          : t('sharing.last.block', { seq, time: moment(at) })}
      </p>
      {provisional ? <p>{t('sharing.last.provisional')}</p> : null}
      {withheld > 0 ? <p class='muted'>{t('sharing.last.withheld', { count: withheld })}</p> : null}
    </li>
  )
}
