/**
 * A tariff as it is typed: what stands in the fields, and what is wrong with it in words.
 *
 * @module
 */
import { parseDate } from '../history/date.ts'
import { t } from '../i18n/messages.ts'
import type { Decimal } from './exact.ts'
import { type Days, overlapping, type PriceWindow, type Tariff, type Tariffs } from './tariff.ts'
import { readTyped, typed } from './typed.ts'

export interface WindowFields {
  readonly days: Days
  /** `22:00` */
  readonly from: string
  readonly to: string
  readonly importPrice: string
  readonly exportPrice: string
}

export interface Fields {
  readonly name: string
  readonly from: string
  readonly until: string
  readonly currency: string
  readonly importPrice: string
  readonly exportPrice: string
  readonly windows: readonly WindowFields[]
  readonly base: string
  readonly per: 'month' | 'year'
}

/** Which field, and what to do about it. */
export interface Wrong {
  readonly field: string
  readonly sentence: string
}

export function emptyFields(currency: string): Fields {
  return {
    name: '',
    from: '',
    until: '',
    currency,
    importPrice: '',
    exportPrice: '',
    windows: [],
    base: '',
    per: 'month',
  }
}

export const emptyWindow: WindowFields = {
  days: 'all',
  from: '22:00',
  to: '06:00',
  importPrice: '',
  exportPrice: '',
}

export function clockOf(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function minutesOf(clock: string): number | null {
  const match = /^([01]\d|2[0-3]):(00|15|30|45)$/.exec(clock)
  return match === null ? null : Number(match[1]) * 60 + Number(match[2])
}

export function fieldsOf(tariff: Tariff): Fields {
  return {
    name: tariff.name,
    from: tariff.from,
    until: tariff.until ?? '',
    currency: tariff.currency,
    importPrice: typed(tariff.importPrice),
    exportPrice: tariff.exportPrice === null ? '' : typed(tariff.exportPrice),
    windows: tariff.windows.map((window) => ({
      days: window.days,
      from: clockOf(window.from),
      to: clockOf(window.to),
      importPrice: typed(window.importPrice),
      exportPrice: window.exportPrice === null ? '' : typed(window.exportPrice),
    })),
    base: tariff.baseFee === null ? '' : typed(tariff.baseFee.amount),
    per: tariff.baseFee?.per ?? 'month',
  }
}

type Read = { readonly tariff: Tariff } | { readonly wrong: readonly Wrong[] }

/** The tariff that the fields mean, or everything that is wrong with them. */
export function readFields(fields: Fields, id: string, others: Tariffs): Read {
  const wrong: Wrong[] = []
  const say = (field: string, sentence: string) => wrong.push({ field, sentence })
  const example = typed('0.2975')
  /** Undefined when it is wrong, which is then said. */
  const price = (
    field: string,
    text: string,
    none: string,
    hours = (sentence: string) => sentence,
  ): Decimal | undefined => {
    const read = readTyped(text)
    if (typeof read === 'string') return read
    say(field, read === null ? none : hours(t('tariff.wrong.ambiguous', { ...read })))
    return undefined
  }
  /** Null when it is empty, which it may be. */
  const optional = (...of: Parameters<typeof price>) => of[1].trim() === '' ? null : price(...of)

  const name = fields.name.trim()
  if (name === '') say('name', t('tariff.wrong.name'))
  const isDated = parseDate(fields.from) !== null
  if (!isDated) say('from', t('tariff.wrong.from'))
  const until = fields.until === '' ? null : fields.until
  const isOrdered = until === null || (parseDate(until) !== null && until >= fields.from)
  if (isDated && !isOrdered) say('until', t('tariff.wrong.until'))
  if (isDated && isOrdered) {
    const other = overlapping({ ...blank, id, from: fields.from, until }, others)
    if (other !== null) say('from', t('tariff.wrong.overlap', { name: other.name }))
  }
  const importPrice = price('import', fields.importPrice, t('tariff.wrong.import', { example }))
  const exportPrice = optional('export', fields.exportPrice, t('tariff.wrong.export', { example }))
  const base = optional('base', fields.base, t('tariff.wrong.base', { example: typed('12.5') }))

  const windows: PriceWindow[] = []
  for (const [i, window] of fields.windows.entries()) {
    const count = i + 1
    const from = minutesOf(window.from)
    const to = minutesOf(window.to)
    if (from === null) say(`from-${i}`, t('tariff.wrong.time', { count }))
    else if (to === null) say(`to-${i}`, t('tariff.wrong.time', { count }))
    const ofHours = (sentence: string) => t('tariff.wrong.window', { count, sentence })
    const importPrice = price(
      `import-${i}`,
      window.importPrice,
      t('tariff.wrong.window-import', { count, example }),
      ofHours,
    )
    const exportPrice = optional(
      `export-${i}`,
      window.exportPrice,
      t('tariff.wrong.window-export', { count, example }),
      ofHours,
    )
    if (
      from !== null && to !== null && importPrice !== undefined && exportPrice !== undefined
    ) {
      windows.push({ days: window.days, from, to, importPrice, exportPrice })
    }
  }
  if (
    wrong.length > 0 || importPrice === undefined || exportPrice === undefined ||
    base === undefined
  ) {
    return { wrong }
  }
  const { currency, from, per } = fields
  const baseFee = base === null ? null : { amount: base, per }
  return { tariff: { id, name, from, until, currency, importPrice, exportPrice, windows, baseFee } }
}

const blank: Tariff = {
  id: '',
  name: '',
  from: '',
  until: null,
  currency: 'EUR',
  importPrice: '0',
  exportPrice: null,
  windows: [],
  baseFee: null,
}
