/**
 * What a bar says, in words: the same at the chart, in its table and aloud.
 *
 * @module
 */
import { energyText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'

interface Said {
  readonly importWh: bigint | number | null
  readonly exportWh: bigint | number | null
  readonly gap: boolean
}

/** A grid meter counts both ways, a sub-meter what is used. */
export function isGrid(unit: string): boolean {
  return unit === 'Wh'
}

export function barWords(bar: Said, unit = 'Wh'): string {
  const { importWh, exportWh } = bar
  const parts: string[] = []
  if (importWh !== null) {
    parts.push(`${energyText(importWh, unit)} ${t(isGrid(unit) ? 'word.import' : 'word.used')}`)
  }
  if (exportWh !== null && Number(exportWh) !== 0) {
    parts.push(`${energyText(exportWh, unit)} ${t('word.export')}`)
  }
  if (bar.gap) parts.push(t('table.gap'))
  if (parts.length === 0) parts.push(t('table.backwards'))
  return parts.join(' · ')
}
