/**
 * Something to copy: a fingerprint, an id, a command, always whole.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { t } from '../i18n/messages.ts'

export function Copyable({ text, shown = text }: { text: string; shown?: string }): JSX.Element {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      setTimeout(() => setCopied(false), 2000)
    } catch {
      // Where the clipboard is closed, the text can still be selected.
    }
  }
  return (
    <span class='copyable'>
      <code>{shown}</code>
      <button type='button' class='small' onClick={() => void copy()}>
        {copied ? t('do.copied') : t('do.copy')}
      </button>
    </span>
  )
}

/** A fingerprint in groups of four, as people compare them. */
export function Fingerprint({ hex }: { hex: string }): JSX.Element {
  return <Copyable text={hex} shown={hex.replaceAll(/(.{4})(?=.)/g, '$1 ')} />
}
