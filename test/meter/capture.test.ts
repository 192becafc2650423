/** @module A capture under no protocol’s name: whose it is told to be. */

import { expect, test } from 'vitest'
import { type Bytes, concat, toHex, utf8 } from '../../shared/bytes.ts'
import { decodeCapture } from '../../shared/meter/capture.ts'
import { writeHdlc } from '../../shared/meter/simulate-dlms.ts'
import { addresses, ciphered, inTheClear, vienna } from './dlms-telegrams.ts'

const clock = '07ea0701030e000000ff8880'
const options = { now: () => Date.UTC(2026, 6, 1, 12) / 1000 }

async function told(bytes: Bytes): Promise<string[]> {
  const outcomes = await decodeCapture(bytes, 'auto', options)
  return outcomes.map((one) =>
    one.kind === 'telegram'
      ? one.telegram.protocol
      : `${one.reason} ${toHex(one.system ?? new Uint8Array(0))}`.trim()
  )
}

test('one telegram is more than all that another protocol refuses', async () => {
  const plain = inTheClear(vienna(clock))
  const noise = utf8('/XMX5LGBBFG10\r\n\r\n1-0:1.8.0(1*kWh)\r\n!0000\r\n'.repeat(4))
  expect((await told(concat(noise, plain))).at(-1)).toBe('dlms')
})

test('what lacks its key is more than what begins, and what begins is more than noise', async () => {
  const locked = await ciphered(vienna(clock))
  expect(await told(locked)).toEqual(['key-missing 4c475a677270b177'])
  // The envelope of an encrypted P1 telegram may begin within it, and say so of fewer bytes.
  expect(await told(locked.slice(0, 70))).toEqual(['truncated'])
  const long = writeHdlc(addresses, concat(locked.slice(9, -3), new Uint8Array(200)))
  expect(await told(long.slice(0, 120))).toEqual(['truncated'])
})
