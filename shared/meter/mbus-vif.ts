/**
 * What a value of the M-Bus is (EN 13757-3:2018, 6.4): the table of primary VIF codes and the two
 * extension tables behind FB and FD. Rows that only the older editions have (gallons, feet, °F, the
 * reserved ranges by name) are read too. Units are the base ones, with the exponent that leads
 * there; minutes, hours and days become seconds, which is exact, and months and years stay what
 * they are.
 *
 * @module
 */

export interface Vif {
  readonly quantity: string
  readonly unit: string
  readonly exponent: number
  /** Seconds of the unit that a duration comes in. */
  readonly factor: number
  /**
   * How whole numbers of it are coded: signed (type B), unsigned (C) or bits (D), a point in time
   * (F, G, I, J), or bytes without a number.
   */
  readonly coding: 'signed' | 'unsigned' | 'time' | 'bytes'
}

type Row = Partial<Omit<Vif, 'quantity'>>
type Table = readonly (Vif | undefined)[]

const reserved: Vif = {
  quantity: 'Reserved',
  unit: '',
  exponent: 0,
  factor: 1,
  coding: 'signed',
}

/** A table of 128 codes, made of rows that each fill a range of them. */
function createTable(fill: (put: Put) => void): Table {
  const table: (Vif | undefined)[] = Array.from({ length: 128 }, () => undefined)
  fill((codes, quantity, row = {}) => {
    const [from, to] = typeof codes === 'number' ? [codes, codes] : codes
    for (let code = from; code <= to; code++) {
      const exponent = (row.exponent ?? 0) + (row.unit === undefined ? 0 : code - from)
      table[code] = { ...reserved, ...row, quantity, exponent }
    }
  })
  return table
}

/** Of a range with a unit, each code is ten times the one before. */
type Put = (codes: number | readonly [number, number], quantity: string, row?: Row) => void

const seconds = [1, 60, 3600, 86_400] as const

/** Seconds, minutes, hours and days, from the one that `first` is. */
function putDurations(put: Put, from: number, quantity: string, first = 0, count = 4): void {
  for (let i = 0; i < count; i++) {
    put(from + i, quantity, { unit: 's', factor: seconds[first + i] ?? 1 })
  }
}

/** Hours, days, months and years. */
function putLongDurations(put: Put, from: number, quantity: string): void {
  putDurations(put, from, quantity, 2, 2)
  put(from + 2, quantity, { unit: 'month' })
  put(from + 3, quantity, { unit: 'year' })
}

const primary = createTable((put) => {
  put([0x00, 0x07], 'Energy', { unit: 'Wh', exponent: -3 })
  put([0x08, 0x0f], 'Energy', { unit: 'J', exponent: 0 })
  put([0x10, 0x17], 'Volume', { unit: 'm3', exponent: -6 })
  put([0x18, 0x1f], 'Mass', { unit: 'kg', exponent: -3 })
  putDurations(put, 0x20, 'On time')
  putDurations(put, 0x24, 'Operating time')
  put([0x28, 0x2f], 'Power', { unit: 'W', exponent: -3 })
  put([0x30, 0x37], 'Power', { unit: 'J/h', exponent: 0 })
  put([0x38, 0x3f], 'Volume flow', { unit: 'm3/h', exponent: -6 })
  put([0x40, 0x47], 'Volume flow', { unit: 'm3/min', exponent: -7 })
  put([0x48, 0x4f], 'Volume flow', { unit: 'm3/s', exponent: -9 })
  put([0x50, 0x57], 'Mass flow', { unit: 'kg/h', exponent: -3 })
  put([0x58, 0x5b], 'Flow temperature', { unit: '°C', exponent: -3 })
  put([0x5c, 0x5f], 'Return temperature', { unit: '°C', exponent: -3 })
  put([0x60, 0x63], 'Temperature difference', { unit: 'K', exponent: -3 })
  put([0x64, 0x67], 'External temperature', { unit: '°C', exponent: -3 })
  put([0x68, 0x6b], 'Pressure', { unit: 'bar', exponent: -3 })
  put(0x6c, 'Time point (date)', { coding: 'time' })
  put(0x6d, 'Time point (date & time)', { coding: 'time' })
  put(0x6e, 'H.C.A.')
  putDurations(put, 0x70, 'Averaging Duration')
  putDurations(put, 0x74, 'Actuality Duration')
  put(0x78, 'Fabrication No')
  put(0x79, '(Enhanced) Identification')
  put(0x7a, 'Bus Address', { coding: 'unsigned' })
  put(0x7e, 'Any VIF')
  put(0x7f, 'Manufacturer specific')
})

/** Behind FB. */
const alternate = createTable((put) => {
  put([0x00, 0x01], 'Energy', { unit: 'Wh', exponent: 5 })
  put([0x02, 0x03], 'Reactive energy', { unit: 'varh', exponent: 3 })
  put([0x04, 0x05], 'Apparent energy', { unit: 'VAh', exponent: 3 })
  put(0x06, 'Coefficient of performance', { exponent: -1 })
  put([0x08, 0x09], 'Energy', { unit: 'J', exponent: 8 })
  put([0x0c, 0x0f], 'Energy', { unit: 'cal', exponent: 5 })
  put([0x10, 0x11], 'Volume', { unit: 'm3', exponent: 2 })
  put([0x14, 0x17], 'Reactive power', { unit: 'var', exponent: 0 })
  put([0x18, 0x19], 'Mass', { unit: 'kg', exponent: 5 })
  put([0x1a, 0x1b], 'Relative humidity', { unit: '%', exponent: -1 })
  put(0x20, 'Volume', { unit: 'ft3' })
  put(0x21, 'Volume', { unit: 'ft3', exponent: -1 })
  put([0x22, 0x23], 'Volume', { unit: 'gal', exponent: -1 })
  put(0x24, 'Volume flow', { unit: 'gal/min', exponent: -3 })
  put(0x25, 'Volume flow', { unit: 'gal/min' })
  put(0x26, 'Volume flow', { unit: 'gal/h' })
  put([0x28, 0x29], 'Power', { unit: 'W', exponent: 5 })
  put(0x2a, 'Phase U-U', { unit: '°', exponent: -1 })
  put(0x2b, 'Phase U-I', { unit: '°', exponent: -1 })
  put([0x2c, 0x2f], 'Frequency', { unit: 'Hz', exponent: -3 })
  put([0x30, 0x31], 'Power', { unit: 'J/h', exponent: 8 })
  put([0x34, 0x37], 'Apparent power', { unit: 'VA', exponent: 0 })
  put([0x58, 0x5b], 'Flow temperature', { unit: '°F', exponent: -3 })
  put([0x5c, 0x5f], 'Return temperature', { unit: '°F', exponent: -3 })
  put([0x60, 0x63], 'Temperature difference', { unit: '°F', exponent: -3 })
  put([0x64, 0x67], 'External temperature', { unit: '°F', exponent: -3 })
  put(0x68, 'H.C.A. resulting rating factor')
  put(0x69, 'H.C.A. thermal output rating factor')
  put(0x6a, 'H.C.A. thermal coupling rating factor overall')
  put(0x6b, 'H.C.A. thermal coupling rating factor room side')
  put(0x6c, 'H.C.A. thermal coupling rating factor heater side')
  put(0x6d, 'H.C.A. low temperature rating factor')
  put(0x6e, 'H.C.A. display output scaling factor')
  put([0x70, 0x73], 'Cold / Warm Temperature Limit', { unit: '°F', exponent: -3 })
  put([0x74, 0x77], 'Cold / Warm Temperature Limit', { unit: '°C', exponent: -3 })
  put([0x78, 0x7f], 'Cumul count max power', { unit: 'W', exponent: -3 })
})

/** Behind FD. */
const main = createTable((put) => {
  const count = { coding: 'unsigned' } as const
  put([0x00, 0x03], 'Credit', { unit: 'currency', exponent: -3 })
  put([0x04, 0x07], 'Debit', { unit: 'currency', exponent: -3 })
  put(0x08, 'Access Number (transmission count)', count)
  put(0x09, 'Medium', count)
  put(0x0a, 'Manufacturer', count)
  put(0x0b, 'Parameter set identification', count)
  put(0x0c, 'Model / Version', count)
  put(0x0d, 'Hardware version', count)
  put(0x0e, 'Firmware version', count)
  put(0x0f, 'Software version', count)
  put(0x10, 'Customer location', count)
  put(0x11, 'Customer', count)
  put(0x12, 'Access Code User', count)
  put(0x13, 'Access Code Operator', count)
  put(0x14, 'Access Code System Operator', count)
  put(0x15, 'Access Code Developer', count)
  put(0x16, 'Password', count)
  put(0x17, 'Error flags', count)
  put(0x18, 'Error mask', count)
  put(0x19, 'Security key', { coding: 'bytes' })
  put(0x1a, 'Digital Output', count)
  put(0x1b, 'Digital Input', count)
  put(0x1c, 'Baudrate', { unit: 'Baud', ...count })
  put(0x1d, 'Response delay time', { unit: 'bit times', ...count })
  put(0x1e, 'Retry', count)
  put(0x1f, 'Remote control', count)
  put(0x20, 'First storage # for cyclic storage', count)
  put(0x21, 'Last storage # for cyclic storage', count)
  put(0x22, 'Size of storage block', count)
  put(0x23, 'Descriptor for tariff and subunit', { coding: 'bytes' })
  putDurations(put, 0x24, 'Storage interval')
  put(0x28, 'Storage interval', { unit: 'month' })
  put(0x29, 'Storage interval', { unit: 'year' })
  put(0x2a, 'Operator specific data')
  put(0x2b, 'Time point second', { unit: 's' })
  putDurations(put, 0x2c, 'Duration since last readout')
  put(0x30, 'Start (date/time) of tariff', { coding: 'time' })
  putDurations(put, 0x31, 'Duration of tariff', 1, 3)
  putDurations(put, 0x34, 'Period of tariff')
  put(0x38, 'Period of tariff', { unit: 'month' })
  put(0x39, 'Period of tariff', { unit: 'year' })
  put(0x3a, 'Dimensionless')
  put(0x3b, 'Data container for wireless M-Bus', { coding: 'bytes' })
  putDurations(put, 0x3c, 'Period of nominal data transmissions')
  put([0x40, 0x4f], 'Voltage', { unit: 'V', exponent: -9 })
  put([0x50, 0x5f], 'Current', { unit: 'A', exponent: -12 })
  put(0x60, 'Reset counter', count)
  put(0x61, 'Cumulation counter', count)
  put(0x62, 'Control signal', count)
  put(0x63, 'Day of week', count)
  put(0x64, 'Week number', count)
  put(0x65, 'Time point of day change', { coding: 'time' })
  put(0x66, 'State of parameter activation', count)
  put(0x67, 'Special supplier information', count)
  putLongDurations(put, 0x68, 'Duration since last cumulation')
  putLongDurations(put, 0x6c, 'Operating time battery')
  put(0x70, 'Date and time of battery change', { coding: 'time' })
  put(0x71, 'RF level', { unit: 'dBm' })
  put(0x72, 'Daylight saving', { coding: 'bytes' })
  put(0x73, 'Listening window management', { coding: 'bytes' })
  put(0x74, 'Remaining battery life time', { unit: 's', factor: 86_400 })
  put(0x75, 'Number of times the meter was stopped', count)
  put(0x76, 'Data container for manufacturer specific protocol', { coding: 'bytes' })
})

/** Behind FD FD. */
const second = createTable((put) => {
  put(0x00, 'Currently selected application', { coding: 'unsigned' })
  put(0x02, 'Remaining battery life time', { unit: 'month' })
  put(0x03, 'Remaining battery life time', { unit: 'year' })
})

const tables = { primary, alternate, main, second } as const

/** @param code its highest bit, which says that more follows, is not looked at */
export function vifOf(table: keyof typeof tables, code: number): Vif {
  return tables[table][code & 0x7f] ?? reserved
}
