/**
 * @module The simulated meters of one household: whatever they speak, they say the same counters, in
 * the frames of their kind.
 */

import { expect, test } from 'vitest'
import { toHex } from '../../shared/bytes.ts'
import { createHousehold } from '../../shared/meter/household.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { type CipheringModel, createSimulatedDlmsMeter } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedPushMeter, type PushModel } from '../../shared/meter/simulate-push.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { readingOf } from './dlms-telegrams.ts'
import { readingsOf, valuesOf } from './telegrams.ts'

/** Ten seconds past the hour, when Nordic meters send their counters. */
const at = Date.UTC(2026, 0, 12, 10, 0, 10) / 1000
const of = { seed: 7, startWh: 4_000_000 }

const [night, day] = createHousehold(of.seed).at(at).counts
const wattHours = of.startWh + Math.floor((night + day) / 3600)

async function read(model: CipheringModel) {
  const meter = createSimulatedDlmsMeter({ ...of, model })
  const key = await importMeterKey(meter.key, meter.authenticationKey)
  const bytes = await meter.telegramAt(at)
  return { meter, bytes, reading: await readingOf(bytes, { now: () => at, key: () => key }) }
}

test.each<[CipheringModel, string, RegExp, 'authenticated' | 'encrypted-only']>([
  ['MA309', '181200000007', /^68fafa6853ff000167db08/, 'encrypted-only'],
  // 257 bytes, and the length says 1.
  ['T210-D', '181200000007', /^6801016853ff000167db08/, 'encrypted-only'],
  ['MA309 of Tyrol', '181200000007', /^68fafa6853ff000167db08.{16}82....21/, 'encrypted-only'],
  ['AM550 of Kärnten', '1812000000070', /^7ea0..cf0223/, 'encrypted-only'],
  ['E450 of Burgenland', '00000007', /^7ea0..ceff03.{6}e6e700db08.{16}..30/, 'authenticated'],
  ['E450 of Steiermark', '58534D6773400007', /^7ea0..ceff0313....e6e700e040/, 'authenticated'],
])('%s says its number and counters', async (model, id, frame, origin) => {
  const { meter, bytes, reading } = await read(model)
  expect(toHex(bytes)).toMatch(frame)
  expect([reading.meter, reading.at, reading.assurance.origin]).toEqual([id, at, origin])
  expect(meter.meter).toBe(id)
  expect(valuesOf(reading)['1.8.0']).toBe(`${wattHours}e0 Wh`)
  expect(reading.warnings).toEqual(['simulated'])
})

test.each<[PushModel, RegExp, string, readonly string[]]>([
  ['MA304H3E', /^7ea0..010201/, '1.8.0', ['simulated']],
  ['Aidon', /^7ea1..41088313....e6e7000f4000000000/, '1.8.0', ['simulated']],
  // Tens of watt-hours there, and watt-hours in Sweden.
  ['Kamstrup', /^7ea1..2b2113/, '1-1:1.8.0', ['scale-unsaid', 'simulated']],
  ['CII', /^7ea0..ceff0313....e6e700e040/, '1-1:1.8.0', ['simulated']],
  ['E570', /^7ea8..ceff03..{5}e6e7000f/, '1-1:1.8.0', ['simulated']],
])('%s says its counters in the clear', async (model, frame, code, warnings) => {
  const meter = createSimulatedPushMeter({ ...of, model })
  // The CII sends every five seconds, as do all at ten.
  const bytes = meter.telegramAt(at)
  expect(toHex(bytes)).toMatch(frame)
  const zone = model === 'CII' || model === 'E570' ? 'Europe/Zurich' : 'Europe/Oslo'
  const reading = await readingOf(bytes, { now: () => at, zone })
  expect([reading.meter, reading.at, reading.warnings]).toEqual([meter.meter, at, warnings])
  const [value = '', rest = ''] = valuesOf(reading)[code]?.split('e') ?? []
  const exponent = Number(rest.split(' ')[0])
  expect([Number(value), rest.split(' ')[1]]).toEqual([
    Math.floor(wattHours / 10 ** exponent),
    'Wh',
  ])
  expect(meter.telegramAt(at + 1)).toHaveLength(0)
})

const winterAndSummer = [at, Date.UTC(2026, 6, 12, 10) / 1000]

test.each(winterAndSummer)('a Swiss P1 port says the sum beside its tariffs, at %i', (time) => {
  const meter = createSimulatedMeter({ ...of, version: 'ch' })
  const [main] = readingsOf(meter.telegramAt(time), { now: () => time, zone: 'Europe/Zurich' })
  expect([main?.meter, main?.at, main?.clock]).toEqual([meter.meter, time, 'meter'])
  const [sum, ...tariffs] = ['1.8.0', '1.8.1', '1.8.2'].map((code) =>
    Number(valuesOf(main)[code]?.split('e')[0])
  )
  expect(sum).toBe(tariffs.reduce((all, one) => all + one))
})

test.each(winterAndSummer)('a Lithuanian P1 port is an hour further east, at %i', (time) => {
  const bytes = createSimulatedMeter({ ...of, version: 'lt' }).telegramAt(time)
  const [main] = readingsOf(bytes, { now: () => time, zone: 'Europe/Vilnius' })
  expect([main?.at, main?.clock, main?.warnings]).toEqual([
    time,
    'meter',
    ['meter-unnamed', 'simulated'],
  ])
  expect(readingsOf(bytes, { now: () => time })[0]?.at).toBe(time + 3600)
})
