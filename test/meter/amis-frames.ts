/**
 * Telegrams of AMIS meters for tests: written by hand from EN 13757-3 and -7 and sealed by OpenSSL,
 * not by the code under test.
 *
 * @module
 */
import { createCipheriv } from 'node:crypto'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { byte, hex, long } from './mbus-frames.ts'

/** Id, manufacturer, version and medium, as all of these meters bear them. */
export const name = hex('00000000 2d4c 01 0e')
export const key = hex('0f1e2d3c4b5a69788796a5b4c3d2e1f0')
export const call = hex('10 40 f0 30 16')
export const answer = hex('e5')

/** 2026-01-15 12:34:56, a Thursday, in winter: type I. */
export const clock = '38 22 8c 4f 31 00'

/** Little-endian, 4 bytes. */
export function u32(value: number): string {
  return [0, 8, 16, 24].map((shift) => byte((value >>> shift) & 0xff)).join('')
}

export interface Values {
  readonly clock?: string
  readonly in?: number
  readonly out?: number
  readonly prepaid?: number
}

/** Clock, four counters, four powers and the counter of prepaid meters. */
export function records(values: Values = {}): Bytes {
  return hex(`2f2f 066d ${values.clock ?? clock}
    0403 ${u32(values.in ?? 12_345_678)} 04833c ${u32(values.out ?? 9_876)}
    8410fb8273 ${u32(1_111)} 8410fb82f33c ${u32(2_222)}
    042b ${u32(435)} 04ab3c ${u32(0)} 04fb14 ${u32(9)} 04fb943c ${u32(134)}
    0483ff04 ${u32(values.prepaid ?? 0)} 2f2f`)
}

export interface Sealing {
  readonly access?: number
  readonly control?: string
  readonly address?: string
  readonly name?: Bytes
}

/** Mode 5 over whole blocks, in a frame that a master sends. */
export function sealed(plain: Bytes, sealing: Sealing = {}): Bytes {
  const { access = 0x2a, control = '73', address = 'f0' } = sealing
  const from = sealing.name ?? name
  const iv = concat(from.slice(4, 6), from.slice(0, 4), from.slice(6, 8), repeated(access))
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false)
  const blocks = concat(new Uint8Array(cipher.update(plain)), new Uint8Array(cipher.final()))
  const head = hex(`${control} ${address} 5b`)
  const tail = hex(`${byte(access)} 00 ${byte(plain.length)} 05`)
  return long(concat(head, from, tail, blocks))
}

function repeated(access: number): Bytes {
  return new Uint8Array(8).fill(access)
}
