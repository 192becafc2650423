/**
 * The telegram for the curious, with what is known about the line it came over.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { LineSettings } from '../../shared/meter/line.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { t } from '../i18n/messages.ts'
import { Scroll } from '../parts/scroll.tsx'
import { decimal } from '../i18n/format.ts'
import { reader, shownReader } from '../state.ts'
import { SaveLine } from './save-line.tsx'

/** `8N1` */
export function frameText(line: LineSettings): string {
  return `${line.dataBits}${{ none: 'N', even: 'E', odd: 'O' }[line.parity]}${line.stopBits}`
}

/** Printable ASCII as it is, every other byte as its number, so that nothing hides. */
export function telegramText(raw: Uint8Array): string {
  let text = ''
  for (const byte of raw) {
    if (byte === 0x0d) continue
    text += byte === 0x0a || (byte >= 0x20 && byte < 0x7f)
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return text
}

export function Telegram(
  { reading, raw }: { reading: Reading; raw: Uint8Array },
): JSX.Element {
  const [open, setOpen] = useState(false)
  const state = reader.value
  const shown = shownReader.value
  const { line } = reading.assurance
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('now.telegram')}</summary>
      <p>{t('now.telegram.note')}</p>
      <p class='muted'>
        {state.kind === 'reading'
          ? `${
            t('now.line.settings', {
              baud: decimal(state.settings.baudRate),
              frame: frameText(state.settings),
            })
          }, `
          : ''}
        {t(`now.check.${line}`)}
        {state.kind === 'reading' && state.faults > 0
          ? `, ${t('now.line.faults', { count: state.faults })}`
          : ''}
      </p>
      {open
        ? (
          <Scroll name={t('now.telegram')}>
            <pre>{telegramText(raw)}</pre>
          </Scroll>
        )
        : null}
      {shown !== null && state.kind === 'reading' ? <SaveLine reader={shown.id} /> : null}
    </details>
  )
}
