/**
 * The customer interface of Siemens' AMIS meters (TD-3510, TD-3511, TD-3512; Netz Oberösterreich):
 * M-Bus turned round. The meter is the master: once a minute it looks for a reader at the primary
 * address 240, and while each of its telegrams (SND_UD, CI 5B, OMS 3.0.1 with mode 5) is answered
 * with `E5`, it sends one a second. Its records have fixed OBIS codes, which are given here.
 *
 * All these meters bear the same secondary address, with the identification number 0: one cannot
 * be told from another but by its key.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { MBusFrame } from './mbus-frame.ts'
import type { MBusRecord } from './mbus-records.ts'

/** Of the reader, whom the meter calls. */
export const amisReader = 0xf0

/** What the meter sends to find a reader (SND_NKE). */
export const amisCall: Bytes = new Uint8Array([0x10, 0x40, amisReader, 0x30, 0x16])

/** What answers both a call and a telegram. */
export const amisAnswer: Bytes = new Uint8Array([0xe5])

/** Data with the long header, sent by whoever is the master (EN 13757-7). */
export const amisData = 0x5b

export function isAmisCall({ form, control, address }: MBusFrame): boolean {
  return form === 'short' && control === 0x40 && address === amisReader
}

/** Whether a frame is a telegram of such a meter; its count bit may be set. */
export function isAmisTelegram({ form, control, address, information }: MBusFrame): boolean {
  return form === 'long' && (control & 0xdf) === 0x53 && address === amisReader &&
    information === amisData
}

const codes: ReadonlyMap<string, string> = new Map([
  ['Time point (date & time)', '0-0:1.0.0*255'],
  ['Energy', '1-0:1.8.0*255'],
  ['Energy, negative contributions only', '1-0:2.8.0*255'],
  ['Reactive energy, tariff 1', '1-0:3.8.1*255'],
  ['Reactive energy, negative contributions only, tariff 1', '1-0:4.8.1*255'],
  ['Power', '1-0:1.7.0*255'],
  ['Power, negative contributions only', '1-0:2.7.0*255'],
  ['Reactive power', '1-0:3.7.0*255'],
  ['Reactive power, negative contributions only', '1-0:4.7.0*255'],
  // The counter of prepaid meters (Inkassozählwerk), which may be below nought.
  ['Energy, manufacturer specific 04', '1-0:1.128.0*255'],
])

/** Null for a record that these meters are not known to send. */
export function amisCode(record: MBusRecord): string | null {
  const { quantity, storage, tariff, subunit, function: kind } = record
  if (storage > 0 || subunit > 0 || kind !== 'instantaneous') return null
  return codes.get(tariff > 0 ? `${quantity}, tariff ${tariff}` : quantity) ?? null
}
