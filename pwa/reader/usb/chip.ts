/**
 * What a driver of a USB serial chip does for its port (see chip-port.ts): the maker's own requests,
 * and what its packets say besides the bytes of the line.
 *
 * @module
 */
import type { LineSettings } from '../../../shared/meter/line.ts'
import { PortError } from '../ports.ts'
import type { Control } from './device.ts'

/** As WebSerial names them (WICG Serial API, the readable attribute). */
export type LineFault =
  | 'BreakError'
  | 'BufferOverrunError'
  | 'FramingError'
  | 'ParityError'
  | 'UnknownError'

/** Bytes of the line, after which it may have failed. */
export interface Heard {
  readonly bytes: Uint8Array
  readonly fault: LineFault | null
}

/** What is not named stays. */
export interface OutputSignals {
  readonly dataTerminalReady?: boolean
  readonly requestToSend?: boolean
  readonly break?: boolean
}

export interface InputSignals {
  readonly clearToSend: boolean
  readonly dataSetReady: boolean
  readonly ringIndicator: boolean
  readonly dataCarrierDetect: boolean
}

export interface Chip {
  /**
   * From whatever state to an open line with nothing in its buffers.
   *
   * @throws {PortError} `mode`, where the chip has no such setting
   */
  begin(settings: LineSettings): Promise<void>
  signals(signals: OutputSignals): Promise<void>
  inputs(): Promise<InputSignals>
  /** What a transfer of the bulk pipe says; never throws for its content. */
  heard(transfer: Uint8Array): readonly Heard[] | Promise<readonly Heard[]>
  /** What a packet of the interrupt pipe says; absent where the chip has nothing to say there. */
  noticed?: (packet: Uint8Array) => LineFault | null
  /** After which nothing more comes. */
  end(): Promise<void>
}

/** Where a chip sits in its device. */
export interface ChipSite {
  readonly control: Control
  /** The upper byte of bcdDevice. */
  readonly version: number
  readonly interfaceNumber: number
  /** wMaxPacketSize of the bulk pipe to the host. */
  readonly packetSize: number
}

export type MakeChip = (site: ChipSite) => Chip

/** As far as both ends of a line may be from the rate that is meant (FTDI AN232B-05). */
const TOLERANCE = 0.03

/** @throws {PortError} `mode`, where the rate that the chip can do is not the one that is meant */
export function checkRate(chip: string, actual: number, wanted: number): void {
  if (!(Math.abs(actual / wanted - 1) <= TOLERANCE)) {
    throw new PortError('mode', `${chip} has no rate near ${wanted} baud`)
  }
}
