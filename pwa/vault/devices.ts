/**
 * The owner's devices as this browser knows them: their names, what they write, and which of them
 * were unpaired.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import { type DevicesRecord, type MeterRecord, STRICT, type VaultDatabase } from './database.ts'

const NONE: DevicesRecord = { names: {}, writes: {}, unpaired: [], closing: [] }

/** Where it lies, in a transaction or of its own. */
interface Kept {
  get(name: 'devices'): Promise<unknown>
}

export async function devicesIn(kept: Kept): Promise<DevicesRecord> {
  return await kept.get('devices') as DevicesRecord | undefined ?? NONE // ours
}

export async function loadDevices(database: VaultDatabase): Promise<DevicesRecord> {
  return await devicesIn(database.transaction('self').store)
}

export async function changeDevices(
  database: VaultDatabase,
  change: (devices: DevicesRecord) => DevicesRecord,
): Promise<void> {
  const step = database.transaction('self', 'readwrite', STRICT)
  await step.store.put(change(await devicesIn(step.store)), 'devices')
  await step.done
}

/** The gateway, paired in this browser, that writes this meter's channels; with its id in hex. */
export function gatewayOf(
  { names, writes, unpaired }: DevicesRecord,
  { channels }: MeterRecord,
): { readonly id: string; readonly name: string } | null {
  const others = new Set(channels.flatMap(({ id, restored }) => restored ? toHex(id) : []))
  for (const [id, name] of Object.entries(names)) {
    if (unpaired.includes(id)) continue
    if (writes[id]?.some((channel) => others.has(channel)) === true) return { id, name }
  }
  return null
}

/** @param names ids in hex */
export function unpairing(devices: DevicesRecord, names: readonly string[]): DevicesRecord {
  const also = (before: readonly string[]) => [...new Set([...before, ...names])]
  return { ...devices, unpaired: also(devices.unpaired), closing: also(devices.closing) }
}
