/**
 * FTDI's serial chips: FT232R, FT232H, FT230X and their families. The rates are those of FTDI
 * AN232B-05 and AN_120, "Baud Rate Calculation" and "Aliasing Using the Additional Sub-Integer
 * Divisors", and for the fast chips AN_120, section 4.4. The requests and the two bytes before each
 * packet are those that FTDI gave to the authors of public drivers, who published them (comments of
 * Linux' ftdi_sio.h, "BmRequestType … Vendor specific"; FTDI UM_VinculumFirmware for the line's
 * settings). Chips before the FT232BM (1999 to 2002) are not known here.
 *
 * @module
 */
import type { LineSettings } from '../../../shared/meter/line.ts'
import {
  checkRate,
  type Chip,
  type ChipSite,
  type Heard,
  type LineFault,
  type OutputSignals,
} from './chip.ts'

const RESET = 0
const MODEM_CONTROL = 1
const SET_FLOW = 2
const SET_BAUD_RATE = 3
const SET_DATA = 4
const GET_MODEM_STATUS = 5
const SET_LATENCY = 9

const RESET_ALL = 0
const PURGE_RECEIVED = 1
const PURGE_TO_SEND = 2

/** Upper byte and lower byte: which line, and how. */
const DTR = 0x0101
const DTR_MASK = 0x0100
const RTS = 0x0202
const RTS_MASK = 0x0200
const BREAK = 1 << 14

/** So long a packet that is not full waits for more, in milliseconds; the maker's own choice. */
const LATENCY = 16
const PARITIES = { none: 0, odd: 1, even: 2 }

/** By bcdDevice: FT2232C, FT2232H, FT4232H, FT232H, the X series, and from 0x28 on the HP chips. */
const hasChannels = (version: number) =>
  version === 5 || version === 7 || version === 8 || version === 9 || version >= 0x10
/** Those with a clock of 120 MHz. */
const isFast = (version: number) => version >= 7 && version <= 9 || version >= 0x28

/** The code of the eighths, in bits 16 to 14. */
const EIGHTHS = [0, 3, 2, 4, 1, 5, 6, 7]
/** Of the fast chips: not to divide the clock by 2.5, which is too fast below 1200 baud. */
const FAST = 1 << 17
const FAST_FROM = 1200

/**
 * The divisor of a rate as the chip takes it, in 18 bits.
 *
 * @throws {PortError} `mode`
 */
export function ftdiDivisor(baudRate: number, version: number): number {
  const fast = isFast(version) && baudRate >= FAST_FROM
  const clock = fast ? 12_000_000 : 3_000_000
  const eighths = Math.round(clock * 8 / baudRate)
  const mode = fast ? FAST : 0
  // Divisors of 1 and 1.5 have codes of their own; there are none between them and 2.
  if (eighths < 16) {
    const isWhole = eighths < 12
    checkRate('This FTDI chip', isWhole ? clock : clock / 1.5, baudRate)
    return mode | (isWhole ? 0 : 1)
  }
  const whole = eighths >> 3
  checkRate('This FTDI chip', whole > 0x3fff ? NaN : clock * 8 / eighths, baudRate)
  return mode | (EIGHTHS[eighths & 7] ?? 0) << 14 | whole
}

/** Of the second byte before a packet, the worst first. */
const FAULTS: readonly (readonly [bit: number, fault: LineFault])[] = [
  [0x10, 'BreakError'],
  [0x02, 'BufferOverrunError'],
  [0x08, 'FramingError'],
  [0x04, 'ParityError'],
]
const STATUS = 2

/**
 * The bytes of the line in a transfer: each of its packets (full but the last one) begins with the
 * modem's status and the line's.
 */
export function withoutStatus(transfer: Uint8Array, packetSize: number): Heard[] {
  const heard: Heard[] = []
  for (let at = 0; at + STATUS <= transfer.length; at += packetSize) {
    const bytes = transfer.subarray(at + STATUS, at + packetSize)
    const status = transfer[at + 1] ?? 0
    const fault = FAULTS.find(([bit]) => (status & bit) !== 0)?.[1] ?? null
    if (bytes.length > 0 || fault !== null) heard.push({ bytes, fault })
  }
  return heard
}

export function ftdi({ control, version, interfaceNumber, packetSize }: ChipSite): Chip {
  const channel = hasChannels(version) ? interfaceNumber + 1 : 0
  let format = 0

  async function setRate(baudRate: number): Promise<void> {
    const divisor = ftdiDivisor(baudRate, version)
    const high = divisor >>> 16
    const index = channel === 0 ? high : high << 8 | channel
    await control.write(SET_BAUD_RATE, divisor & 0xffff, index)
  }

  return {
    async begin(settings: LineSettings) {
      const stopBits = settings.stopBits === 2 ? 2 : 0
      format = settings.dataBits | PARITIES[settings.parity] << 8 | stopBits << 11
      await control.write(RESET, RESET_ALL, channel)
      await setRate(settings.baudRate)
      await control.write(SET_DATA, format, channel)
      await control.write(SET_FLOW, 0, channel)
      await control.write(SET_LATENCY, LATENCY, channel)
      // What came under the settings before.
      await control.write(RESET, PURGE_RECEIVED, channel)
      await control.write(RESET, PURGE_TO_SEND, channel)
    },
    async signals({ dataTerminalReady, requestToSend, break: breaks }: OutputSignals) {
      const dtr = dataTerminalReady === undefined ? 0 : dataTerminalReady ? DTR : DTR_MASK
      const rts = requestToSend === undefined ? 0 : requestToSend ? RTS : RTS_MASK
      if ((dtr | rts) !== 0) await control.write(MODEM_CONTROL, dtr | rts, channel)
      if (breaks !== undefined) {
        await control.write(SET_DATA, breaks ? format | BREAK : format, channel)
      }
    },
    async inputs() {
      const [status = 0] = await control.read(GET_MODEM_STATUS, 0, channel, 2) ?? []
      return {
        clearToSend: (status & 0x10) !== 0,
        dataSetReady: (status & 0x20) !== 0,
        ringIndicator: (status & 0x40) !== 0,
        dataCarrierDetect: (status & 0x80) !== 0,
      }
    },
    heard: (transfer) => withoutStatus(transfer, packetSize),
    end: () => control.write(MODEM_CONTROL, DTR_MASK | RTS_MASK, channel),
  }
}
