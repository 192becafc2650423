/**
 * Settings of RS485 lines. The standard's own (MODBUS over Serial Line V1.02, section 2.5.1) are
 * 19200 8E1; most meters leave the factory at 9600 8N1.
 *
 * @module
 */

import type { LineSettings } from './line.ts'

export function rs485(baudRate: number, parity: 'none' | 'even' = 'none'): LineSettings {
  return { baudRate, dataBits: 8, parity, stopBits: 1 }
}
