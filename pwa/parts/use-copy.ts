/**
 * Copying a text, and saying for a moment that it was copied.
 *
 * @module
 */
import { useState } from 'preact/hooks'

export function useCopy(text: string): readonly [copied: boolean, copy: () => void] {
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
  return [copied, () => void copy()]
}
