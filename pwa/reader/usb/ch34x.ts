/**
 * WCH's serial chips CH340, CH341 and CH330. Their data sheets (CH340DS1, CH341DS1) describe pins and
 * rates, not the requests; those are in the driver that WCH publishes (WCHSoftGroup/ch341ser_linux)
 * and in what the authors of other public drivers found and measured (Linux' ch341.c on chip
 * versions, nospam2000/ch341-baudrate-calculation on the clock). Later chips of WCH (CH343, CH9102)
 * are serial ports by class and need none of this.
 *
 * A chip of before version 0x30 keeps 8N1 whatever it is told; and some, called limited here, have
 * neither every divider nor a break.
 *
 * @module
 */
import type { LineSettings } from '../../../shared/meter/line.ts'
import { PortError } from '../ports.ts'
import { checkRate, type Chip, type ChipSite, type LineFault, type OutputSignals } from './chip.ts'

const READ_VERSION = 0x5f
const READ_REGISTERS = 0x95
const WRITE_REGISTERS = 0x9a
const SERIAL_INIT = 0xa1
const MODEM_CONTROL = 0xa4

/** Registers are read and written two at a time. */
const BREAK = 0x0005
const BREAK_AND_LINE_CONTROL = 0x1805
const DIVISOR_AND_PRESCALER = 0x1312
const LINE_CONTROL = 0x2518
const FLOW_CONTROL = 0x2727
const MODEM_STATUS = 0x0706

/** Of which on the line control register is the only one that counts. */
const VERSION_WITH_LINE_CONTROL = 0x30
/** Up to which bit 7 of the prescaler means something else. */
const VERSION_OLD = 0x27

const DTR = 0x20
const RTS = 0x40
/** Of the break's register. */
const NO_BREAK = 0x01
/** Of the line control's. */
const TRANSMITS = 0x40
/** Of the first byte in the interrupt pipe; of framing only beside parity. */
const OVERRUN = 0x02
const PARITY = 0x04
const FRAMING = 0x40

const RECEIVER_AND_TRANSMITTER = 0xc0
const PARITIES = { none: 0, odd: 0x08, even: 0x18 }
const TWO_STOP_BITS = 0x04

const CLOCK = 12_000_000
/** Do not wait for a full packet before the host is told. */
const AT_ONCE = 0x80
/** The dividers of the clock; the bits 0, 1 and 2 of its register leave out 8, 64 and 2. */
const PRESCALERS: readonly (readonly [prescaler: number, code: number])[] = [
  [2, 3],
  [16, 2],
  [128, 1],
  [1024, 0],
  [1, 7],
  [8, 6],
  [64, 5],
  [512, 4],
]
const WITHOUT_2 = 4
/** Behind a prescaler without its factor of 2, a smaller divisor counts half. */
const SMALLEST_WITHOUT_2 = 9

/**
 * The registers of prescaler and divisor for a rate: as near to it as can be, and of the equally near
 * ones with the factor of 2, under which the receiver forgives more.
 *
 * @throws {PortError} `mode`
 */
export function ch34xRate(
  baudRate: number,
  limited: boolean,
): { readonly prescaler: number; readonly divisor: number } {
  let best = { prescaler: 0, divisor: 0 }
  let actual = NaN
  for (const [prescaler, code] of PRESCALERS) {
    const without2 = (code & WITHOUT_2) !== 0
    if (without2 && limited && prescaler !== 1) continue
    const divisor = Math.round(CLOCK / prescaler / baudRate)
    if (divisor < (without2 ? SMALLEST_WITHOUT_2 : 2) || divisor > 256) continue
    const rate = CLOCK / prescaler / divisor
    if (Math.abs(rate - baudRate) >= Math.abs(actual - baudRate)) continue
    best = { prescaler: code, divisor: 256 - divisor }
    actual = rate
  }
  checkRate('CH340', actual, baudRate)
  return best
}

export function ch34x({ control }: ChipSite): Chip {
  let outputs = 0
  let limited = false

  function setOutput(bit: number, on: boolean | undefined): void {
    if (on !== undefined) outputs = on ? outputs | bit : outputs & ~bit
  }

  const setOutputs = () => control.write(MODEM_CONTROL, ~outputs & 0xff, 0)

  async function setBreak(on: boolean): Promise<void> {
    const [line, transmitter] = await control.read(READ_REGISTERS, BREAK_AND_LINE_CONTROL, 0, 2) ??
      []
    if (limited || line === undefined || transmitter === undefined) {
      throw new DOMException('This chip has no break', 'NotSupportedError')
    }
    const registers = on
      ? (transmitter & ~TRANSMITS) << 8 | line & ~NO_BREAK
      : (transmitter | TRANSMITS) << 8 | line | NO_BREAK
    await control.write(WRITE_REGISTERS, BREAK_AND_LINE_CONTROL, registers)
  }

  return {
    async begin({ baudRate, dataBits, parity, stopBits }: LineSettings) {
      const [version = 0] = await control.read(READ_VERSION, 0, 0, 2) ?? []
      const is8N1 = dataBits === 8 && parity === 'none' && stopBits === 1
      if (version < VERSION_WITH_LINE_CONTROL && !is8N1) {
        throw new PortError('mode', `CH340 of version ${version} does 8N1 only`)
      }
      await control.write(SERIAL_INIT, 0, 0)
      limited = await control.read(READ_REGISTERS, BREAK, 0, 2) === null
      const { prescaler, divisor } = ch34xRate(baudRate, limited)
      const atOnce = version > VERSION_OLD ? AT_ONCE : 0
      await control.write(WRITE_REGISTERS, DIVISOR_AND_PRESCALER, divisor << 8 | prescaler | atOnce)
      if (version >= VERSION_WITH_LINE_CONTROL) {
        const format = PARITIES[parity] | (stopBits === 2 ? TWO_STOP_BITS : 0) | dataBits - 5
        await control.write(WRITE_REGISTERS, LINE_CONTROL, RECEIVER_AND_TRANSMITTER | format)
      }
      await control.write(WRITE_REGISTERS, FLOW_CONTROL, 0)
    },
    async signals({ dataTerminalReady, requestToSend, break: breaks }: OutputSignals) {
      setOutput(DTR, dataTerminalReady)
      setOutput(RTS, requestToSend)
      if (dataTerminalReady !== undefined || requestToSend !== undefined) await setOutputs()
      if (breaks !== undefined) await setBreak(breaks)
    },
    async inputs() {
      // As the pins are: low where they say yes.
      const [pins = 0xff] = await control.read(READ_REGISTERS, MODEM_STATUS, 0, 2) ?? []
      return {
        clearToSend: (pins & 0x01) === 0,
        dataSetReady: (pins & 0x02) === 0,
        ringIndicator: (pins & 0x04) === 0,
        dataCarrierDetect: (pins & 0x08) === 0,
      }
    },
    heard: (bytes) => bytes.length === 0 ? [] : [{ bytes, fault: null }],
    noticed([status = 0]): LineFault | null {
      if ((status & OVERRUN) !== 0) return 'BufferOverrunError'
      if ((status & PARITY) === 0) return null
      return (status & FRAMING) === 0 ? 'ParityError' : 'FramingError'
    },
    async end() {
      outputs = 0
      await setOutputs()
    },
  }
}
