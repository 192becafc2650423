/**
 * The USB chips that are known here, by the ids of their makers.
 *
 * @module
 */
import { type ChipKind, ChipPort, pipesOf } from './chip-port.ts'
import type { UsbDevice } from './device.ts'

/** What the browser's chooser lists (WICG WebUSB, USBDeviceFilter). */
export interface UsbFilter {
  readonly vendorId?: number
  readonly productId?: number
  readonly classCode?: number
}

/** Interfaces of the maker's own; without it, FTDI's and Silicon Labs' other devices were listed. */
const OWN_CLASS = 0xff

const KINDS: readonly (ChipKind & { readonly filters: readonly UsbFilter[] })[] = [
  {
    filters: [{ vendorId: 0x0403, classCode: OWN_CLASS }],
    recipient: 'device',
    load: async () => (await import('./ftdi.ts')).ftdi,
  },
  {
    filters: [{ vendorId: 0x10c4, classCode: OWN_CLASS }],
    recipient: 'interface',
    load: async () => (await import('./cp210x.ts')).cp210x,
  },
  {
    // CH340, CH340K, CH341, CH330, and CH340 under ids of before 1a86.
    filters: [
      { vendorId: 0x1a86, productId: 0x7523 },
      { vendorId: 0x1a86, productId: 0x7522 },
      { vendorId: 0x1a86, productId: 0x5523 },
      { vendorId: 0x1a86, productId: 0xe523 },
      { vendorId: 0x4348, productId: 0x5523 },
    ],
    recipient: 'device',
    load: async () => (await import('./ch34x.ts')).ch34x,
  },
]

export const chipFilters: readonly UsbFilter[] = KINDS.flatMap(({ filters }) => filters)

/** The port of a device with such a chip; null of every other. */
export function chipPortOf(device: UsbDevice): ChipPort | null {
  const kind = KINDS.find(({ filters }) =>
    filters.some(({ vendorId, productId }) =>
      vendorId === device.vendorId && (productId ?? device.productId) === device.productId
    )
  )
  const pipes = pipesOf(device)
  return kind === undefined || pipes === null ? null : new ChipPort(device, kind, pipes)
}
