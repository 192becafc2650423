/**
 * Something to copy: a fingerprint, an id, a command, always whole.
 *
 * @module
 */
import type { JSX } from 'preact'
import { t } from '../i18n/messages.ts'
import { useCopy } from './use-copy.ts'

export function Copyable({ text, shown = text }: { text: string; shown?: string }): JSX.Element {
  const [copied, copy] = useCopy(text)
  return (
    <span class='copyable'>
      <code>{shown}</code>
      <button type='button' class='small' onClick={copy}>
        {copied ? t('do.copied') : t('do.copy')}
      </button>
    </span>
  )
}

/** A fingerprint in groups of four, as people compare them. */
export function Fingerprint({ hex }: { hex: string }): JSX.Element {
  return <Copyable text={hex} shown={hex.replaceAll(/(.{4})(?=.)/g, '$1 ')} />
}
