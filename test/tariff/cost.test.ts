/**
 * What energy cost: exact to the last place, on days of 23 and 25 hours, across gaps and at the
 * borders of tariffs.
 *
 * @module
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startOfDate } from '../../pwa/history/period.ts'
import type { EnergyBar } from '../../pwa/state.ts'
import { costOf, type Money, pricesAt, totalOf } from '../../pwa/tariff/cost.ts'
import { exact, minus, plus, readDecimal, rounded, zero } from '../../pwa/tariff/exact.ts'
import { createLocalClock } from '../../pwa/tariff/local-clock.ts'
import {
  inOrder,
  overlapping,
  type PriceWindow,
  readTariffs,
  type Tariff,
} from '../../pwa/tariff/tariff.ts'
import { offsetAt } from '../../shared/meter/zone.ts'

const zone = 'Europe/Vienna'
const unit = 'Wh'

function tariff(change: Partial<Tariff> = {}): Tariff {
  return {
    id: 'one',
    name: 'Ökostrom',
    from: '2026-01-01',
    until: null,
    currency: 'EUR',
    importPrice: '0.2975',
    exportPrice: null,
    windows: [],
    baseFee: null,
    ...change,
  }
}

const night: PriceWindow = {
  days: 'all',
  from: 22 * 60,
  to: 6 * 60,
  importPrice: '0.19',
  exportPrice: null,
}

function quarters(
  from: number,
  to: number,
  wh: (i: number) => number,
  exported: (i: number) => number = () => 0,
): EnergyBar[] {
  const bars: EnergyBar[] = []
  for (let at = from, i = 0; at < to; at += 900, i++) {
    bars.push({ from: at, to: at + 900, importWh: wh(i), exportWh: exported(i), gap: false })
  }
  return bars
}

const midnight = (year: number, month: number, day: number) =>
  startOfDate(zone, { year, month, day })

function only(sums: readonly Money[]): Money {
  const [money, more] = sums
  if (money === undefined || more !== undefined) throw new TypeError('One currency was expected')
  return money
}

describe('a cost', () => {
  test('is the energy at its price, rounded once, halves away from zero', () => {
    const bars = quarters(midnight(2026, 5, 3), midnight(2026, 5, 3) + 3600, () => 1)
    const { sums } = costOf([tariff({ importPrice: '1.25' })], bars, { zone, unit, days: [] })
    expect(only(sums).imported).toEqual(exact(5n, 1000n))
    // Four times a rounded 0.00125 would be nothing; half a cent is rounded up, once.
    expect(rounded(only(sums).imported, 2)).toBe('0.01')
    expect(rounded(exact(-5n, 1000n), 2)).toBe('-0.01')
    expect(rounded(exact(-4n, 1000n), 2)).toBe('0.00')
    expect(rounded(exact(4999n, 1_000_000n), 2)).toBe('0.00')
  })

  test('adds the base fee by the day, and takes off what is paid for export', () => {
    const from = midnight(2026, 2, 1)
    const bars = quarters(from, from + 900, () => 1000, () => 500)
    const cost = costOf(
      [tariff({ exportPrice: '0.08', baseFee: { amount: '14.00', per: 'month' } })],
      bars,
      { zone, unit, days: ['2026-02-01'] },
    )
    const money = only(cost.sums)
    expect(money.base).toEqual(exact(1n, 2n)) // 14.00 over the 28 days of February
    expect(money.exported).toEqual(exact(4n, 100n))
    expect(totalOf(money)).toEqual(exact(2975n + 5000n - 400n, 10_000n))
    const leap = costOf(
      [tariff({ from: '2024-01-01', baseFee: { amount: '366', per: 'year' } })],
      [],
      {
        zone,
        unit,
        days: ['2024-02-29'],
      },
    )
    expect(only(leap.sums).base).toEqual(exact(1n))
  })

  test('prices the night by the clocks on the wall, on days of 23 and 25 hours too', () => {
    for (
      const [month, date, nights] of [[3, 29, 7 * 4], [10, 25, 9 * 4], [5, 3, 8 * 4]] as const
    ) {
      const from = midnight(2026, month, date)
      const to = midnight(2026, month, date + 1)
      const bars = quarters(from, to, () => 1000)
      const { sums } = costOf([tariff({ windows: [night] })], bars, { zone, unit, days: [] })
      const days = BigInt(bars.length - nights)
      expect(only(sums).imported).toEqual(exact(days * 2975n + BigInt(nights) * 1900n, 10_000n))
    }
  })

  test('has prices of the weekend of its own; the first window that holds counts', () => {
    const weekend: PriceWindow = { ...night, days: 'weekend', from: 0, to: 0, importPrice: '0.11' }
    const priced = tariff({ windows: [weekend, night] })
    const clock = createLocalClock(zone)
    const at = (day: number, hour: number) =>
      pricesAt([priced], clock(midnight(2026, 5, day) + 3600 * hour))?.importPrice
    expect([at(1, 12), at(1, 23), at(2, 12), at(3, 23), at(4, 5), at(4, 6)])
      .toEqual(['0.2975', '0.19', '0.11', '0.11', '0.19', '0.2975'])
  })

  test('changes at local midnight when a tariff follows another', () => {
    const from = midnight(2026, 4, 30)
    const bars = quarters(from, midnight(2026, 5, 2), () => 1000)
    const tariffs = [
      tariff({ until: '2026-04-30', importPrice: '1' }),
      tariff({ id: 'two', from: '2026-05-01', importPrice: '2' }),
    ]
    const cost = costOf(tariffs, bars, { zone, unit, days: [] })
    expect(only(cost.sums).imported).toEqual(exact(96n + 192n))
    expect(cost.applied).toEqual(['one', 'two'])
  })

  test('prices a gap inside one price, and leaves one out in which the price changes', () => {
    const from = midnight(2026, 5, 3)
    const gap = (start: number, end: number): EnergyBar => ({
      from: from + start * 3600,
      to: from + end * 3600,
      importWh: 3000,
      exportWh: 1000,
      gap: true,
    })
    const tariffs = [tariff({ windows: [night], exportPrice: '0.08' })]
    const inside = costOf(tariffs, [gap(7, 12)], { zone, unit, days: [] })
    expect(only(inside.sums).imported).toEqual(exact(3n * 2975n, 10_000n))
    expect(inside.leftOut.bars).toBe(0)
    const across = costOf(tariffs, [gap(4, 7)], { zone, unit, days: [] })
    expect(across.sums).toEqual([])
    expect(across.leftOut).toEqual({ bars: 1, importWh: 3000n, exportWh: 1000n })
    // The price of what goes to the grid is the same all along: that part is priced.
    const same = [tariff({ windows: [{ ...night, exportPrice: '0.08' }], exportPrice: '0.08' })]
    const part = costOf(same, [gap(4, 7)], { zone, unit, days: [] })
    expect(only(part.sums)).toMatchObject({ imported: zero, exported: exact(8n, 100n) })
    expect(part.leftOut).toEqual({ bars: 1, importWh: 3000n, exportWh: 0n })
  })

  test('says which days have readings and no tariff', () => {
    const from = midnight(2026, 4, 28)
    const bars = quarters(from, midnight(2026, 5, 2), () => 10)
    const cost = costOf([tariff({ from: '2026-05-01' })], bars, {
      zone,
      unit,
      days: ['2026-04-27', '2026-04-28', '2026-05-01'],
    })
    expect(cost.daysWithout).toEqual(['2026-04-28', '2026-04-29', '2026-04-30'])
    expect(cost.without.importWh).toBe(3n * 96n * 10n)
    expect(rounded(only(cost.sums).imported, 4)).toBe('0.2856')
  })

  test('keeps currencies apart', () => {
    const from = midnight(2026, 4, 30)
    const bars = quarters(from, midnight(2026, 5, 2), () => 1000)
    const { sums } = costOf(
      [
        tariff({ until: '2026-04-30', importPrice: '1', currency: 'CHF' }),
        tariff({ id: 'two', from: '2026-05-01', importPrice: '2' }),
      ],
      bars,
      { zone, unit, days: [] },
    )
    expect(sums.map(({ currency, imported }) => [currency, imported]))
      .toEqual([['CHF', exact(96n)], ['EUR', exact(192n)]])
  })

  test('counts gas by the cubic metre and heat by the gigajoule', () => {
    const from = midnight(2026, 5, 3)
    const [bar] = quarters(from, from + 900, () => 1250)
    if (bar === undefined) throw new TypeError('one')
    const price = tariff({ importPrice: '2' })
    const gas = costOf([price], [bar], { zone, unit: 'm3', days: [] })
    expect(only(gas.sums).imported).toEqual(exact(25n, 10n))
    const heat = costOf([price], [{ ...bar, importWh: 3_000_000_000_000 }], {
      zone,
      unit: 'J',
      days: [],
    })
    expect(only(heat.sums).imported).toEqual(exact(6n))
  })
})

const price = fc.integer({ min: -9999, max: 99_999 }).map((n) =>
  rounded(exact(BigInt(n), 10_000n), 4)
)
const minute = fc.integer({ min: 0, max: 95 }).map((n) => n * 15)
const window = fc.record({
  days: fc.constantFrom('all', 'workdays', 'weekend'),
  from: minute,
  to: minute,
  importPrice: price,
  exportPrice: fc.option(price),
})
const fee = fc.option(fc.record({
  amount: price,
  per: fc.constantFrom('month', 'year'),
}))

/** Three days about the last Sunday of March or October, with gaps among the quarter-hours. */
const stretch = fc.record({
  start: fc.constantFrom(midnight(2026, 3, 28), midnight(2026, 10, 24), midnight(2026, 6, 29)),
  lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }),
  wh: fc.infiniteStream(fc.integer({ min: 0, max: 5000 })),
}).map(({ start, lengths, wh }) => {
  const bars: EnergyBar[] = []
  let at = start
  for (const length of lengths) {
    const quarters = length > 30 ? length - 25 : 1
    const [importWh = 0, exportWh = 0] = [...wh.take(2)]
    bars.push({ from: at, to: at + 900 * quarters, importWh, exportWh, gap: quarters > 1 })
    at += 900 * quarters
  }
  return bars
})

const tariffs = fc.record({
  windows: fc.array(window, { maxLength: 3 }),
  importPrice: price,
  exportPrice: fc.option(price),
  baseFee: fee,
  later: price,
  turn: fc.constantFrom('2026-03-29', '2026-10-25', '2026-06-30'),
}).map(({ later, turn, ...rest }) => {
  const before = new Date(Date.parse(turn) - 86_400_000).toISOString().slice(0, 10)
  return [
    tariff({ ...rest, until: before }),
    tariff({ ...rest, id: 'two', from: turn, importPrice: later }),
  ]
})

describe('for any tariffs and any bars', () => {
  test('the costs of the parts sum to the cost of the whole, exactly', () => {
    fc.assert(
      fc.property(tariffs, stretch, fc.array(fc.nat(2)), (tariffs, bars, cuts) => {
        const days = [...new Set(bars.map((bar) => createLocalClock(zone)(bar.from).date))]
        const whole = costOf(tariffs, bars, { zone, unit, days })
        const parts = [0, 1, 2].map((part) => {
          const of = (i: number) => (cuts[i] ?? i % 3) === part
          return costOf(tariffs, bars.filter((_, i) => of(i)), {
            zone,
            unit,
            days: days.filter((_, i) => of(i)),
          })
        })
        for (const field of ['imported', 'exported', 'base'] as const) {
          const sum = parts.flatMap(({ sums }) => sums)
            .reduce((sum, money) => plus(sum, money[field]), zero)
          expect(sum).toEqual(whole.sums[0]?.[field] ?? zero)
        }
        const left = parts.reduce((sum, { leftOut }) => sum + leftOut.importWh, 0n)
        expect(left).toBe(whole.leftOut.importWh)
      }),
      { numRuns: 200 },
    )
  })

  test('the energy at one price is the sum of its bars at that price', () => {
    fc.assert(
      fc.property(price, stretch, (importPrice, bars) => {
        const { sums, leftOut } = costOf([tariff({ importPrice })], bars, { zone, unit, days: [] })
        const wh = bars.reduce((sum, bar) => sum + BigInt(bar.importWh ?? 0), 0n)
        const [whole = '', places = ''] = importPrice.split('.')
        expect(only(sums).imported)
          .toEqual(exact(wh * BigInt(whole + places), 1000n * 10n ** BigInt(places.length)))
        expect(leftOut.bars).toBe(0)
      }),
    )
  })
})

describe('a fraction', () => {
  const any = fc.tuple(
    fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    fc.bigInt({
      min: 1n,
      max: 10n ** 6n,
    }),
  ).map(([n, d]) => exact(n, d))

  test('is rounded to the nearest, and never by more than half', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 6 }), (value, places) => {
        const text = rounded(value, places)
        expect(text).toMatch(places === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${places}}$`))
        const [whole = '', rest = ''] = text.split('.')
        const off = minus(value, exact(BigInt(whole + rest), 10n ** BigInt(places)))
        const twice = 2n * (off.n < 0n ? -off.n : off.n) * 10n ** BigInt(places)
        expect(twice <= off.d).toBe(true)
      }),
    )
  })

  test('is read from what people type, with a comma or a point, or not at all', () => {
    expect(['0,2975', ' 29.750 ', '-0,01', '007', '\u22125', '0,000'].map(readDecimal))
      .toEqual(['0.2975', '29.75', '-0.01', '7', '-5', '0'])
    expect(
      ['', '1.234,5', '1e3', '12 ct', '.5', '1234567890', '0.1234567891', '--1'].map(readDecimal),
    )
      .toEqual(Array.from({ length: 8 }, () => null))
  })
})

describe('tariffs', () => {
  test('that hold on the same day are found', () => {
    const open = tariff({ id: 'open', from: '2026-06-01' })
    const closed = tariff({ id: 'closed', from: '2026-01-01', until: '2026-05-31' })
    expect(overlapping(closed, [open, closed])).toBeNull()
    expect(overlapping({ ...closed, until: '2026-06-01' }, [open])?.id).toBe('open')
    expect(overlapping({ ...closed, until: null }, [open])?.id).toBe('open')
    expect(overlapping(tariff({ id: 'late', from: '2027-01-01' }), [open, closed])?.id).toBe('open')
    expect(inOrder([open, closed]).map(({ id }) => id)).toEqual(['closed', 'open'])
  })

  test('come back as they were kept, and nothing else does', () => {
    const all = [tariff({ windows: [night], baseFee: { amount: '3.5', per: 'year' } })]
    expect(readTariffs(JSON.stringify(all))).toEqual(all)
    for (
      const wrong of [
        '{',
        '{}',
        '[1]',
        JSON.stringify([{ ...all[0], importPrice: 0.3 }]),
        JSON.stringify([{ ...all[0], importPrice: '0.30' }]),
        JSON.stringify([{ ...all[0], windows: [{ ...night, from: 7 }] }]),
        JSON.stringify([{ ...all[0], baseFee: { amount: '1', per: 'week' } }]),
      ]
    ) expect(readTariffs(wrong)).toBeNull()
  })
})

test('the local clock shows what the zone shows, at every quarter-hour of a change', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
      fc.integer({ min: 0, max: 366 * 96 }),
      (zone, quarter) => {
        const at = Date.UTC(2026, 0, 1) / 1000 + quarter * 900
        const local = new Date((at + offsetAt(zone, at)) * 1000).toISOString()
        const { date, minute } = createLocalClock(zone)(at)
        expect(date).toBe(local.slice(0, 10))
        expect(minute).toBe(Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16)))
      },
    ),
    { numRuns: 500 },
  )
})
