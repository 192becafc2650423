/**
 * Silicon Labs' serial chips: CP2102, CP2102N, CP2104 and their families, by Silicon Labs AN571,
 * "CP210x Virtual COM Port Interface" (rev. 0.4): the requests of its table 4 and the sections of
 * each. Which rates they can do is said by AN205 and each data sheet; the chip takes the nearest by
 * itself.
 *
 * @module
 */
import { concat } from '../../../shared/bytes.ts'
import type { LineSettings } from '../../../shared/meter/line.ts'
import { PortError } from '../ports.ts'
import type { Chip, ChipSite, Heard, LineFault, OutputSignals } from './chip.ts'

const IFC_ENABLE = 0x00
const SET_LINE_CTL = 0x03
const SET_BREAK = 0x05
const SET_MHS = 0x07
const GET_MDMSTS = 0x08
const GET_COMM_STATUS = 0x10
const PURGE = 0x12
const SET_BAUDRATE = 0x1e

/** Both directions, in the chip and on their way to it. */
const PURGE_ALL = 0x000f
const DTR = 0x0101
const DTR_MASK = 0x0100
const RTS = 0x0202
const RTS_MASK = 0x0200
const PARITIES = { none: 0, odd: 1, even: 2 }
const STOP_BITS = { 1: 0, 2: 2 }
const COMM_STATUS_LENGTH = 0x13

/** What every chip of the family can do; AN205 knows nothing below. */
const SLOWEST = 300
/** What the fastest of them can (CP2102N). */
const FASTEST = 3_000_000

/** Of ulErrors in the answer to GET_COMM_STATUS, the worst first. */
const FAULTS: readonly (readonly [bits: number, fault: LineFault])[] = [
  [0x01, 'BreakError'],
  [0x04 | 0x08, 'BufferOverrunError'],
  [0x02, 'FramingError'],
  [0x10, 'ParityError'],
]

export function cp210x({ control, interfaceNumber }: ChipSite): Chip {
  const write = (request: number, value: number) => control.write(request, value, interfaceNumber)
  const read = (request: number, length: number) =>
    control.read(request, 0, interfaceNumber, length)

  return {
    async begin({ baudRate, dataBits, parity, stopBits }: LineSettings) {
      if (baudRate < SLOWEST || baudRate > FASTEST) {
        throw new PortError('mode', `CP210x has no rate near ${baudRate} baud`)
      }
      const rate = new Uint8Array(4)
      new DataView(rate.buffer).setUint32(0, baudRate, true)
      await write(IFC_ENABLE, 1)
      await control.write(SET_BAUDRATE, 0, interfaceNumber, rate)
      await write(SET_LINE_CTL, dataBits << 8 | PARITIES[parity] << 4 | STOP_BITS[stopBits])
      // What came under the settings before.
      await write(PURGE, PURGE_ALL)
    },
    async signals({ dataTerminalReady, requestToSend, break: breaks }: OutputSignals) {
      const dtr = dataTerminalReady === undefined ? 0 : dataTerminalReady ? DTR : DTR_MASK
      const rts = requestToSend === undefined ? 0 : requestToSend ? RTS : RTS_MASK
      if ((dtr | rts) !== 0) await write(SET_MHS, dtr | rts)
      if (breaks !== undefined) await write(SET_BREAK, breaks ? 1 : 0)
    },
    async inputs() {
      const [status = 0] = await read(GET_MDMSTS, 1) ?? []
      return {
        clearToSend: (status & 0x10) !== 0,
        dataSetReady: (status & 0x20) !== 0,
        ringIndicator: (status & 0x40) !== 0,
        dataCarrierDetect: (status & 0x80) !== 0,
      }
    },
    async heard(transfer): Promise<readonly Heard[]> {
      if (transfer.length === 0) return []
      // The packets carry bytes only; whether they came well is asked, about once a transfer.
      const [errors = 0] = await read(GET_COMM_STATUS, COMM_STATUS_LENGTH) ?? []
      const fault = FAULTS.find(([bits]) => (errors & bits) !== 0)?.[1] ?? null
      return [{ bytes: concat(transfer), fault }]
    },
    async end() {
      await write(SET_MHS, DTR_MASK | RTS_MASK)
      await write(IFC_ENABLE, 0)
    },
  }
}
