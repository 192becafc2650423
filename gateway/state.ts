/**
 * What a gateway knows of its pairing, and what of it is kept: nothing before the owner's answer
 * holds, and nothing is used of it before the platform has the whole.
 *
 * @module
 */
import * as path from 'node:path'
import * as fs from 'node:fs/promises'
import type { Bytes } from '../shared/bytes.ts'
import { isSameChain } from '../shared/identity/changes.ts'
import { type Identity, readIdentity } from '../shared/identity/identity.ts'
import type { PairingHead } from '../shared/consent/pairing-step.ts'
import type { DataClass } from '../shared/meter/reading.ts'
import { GatewayError, keep, kept } from './files.ts'

export interface ReadMeter {
  readonly id: string
  readonly channels: readonly ReadChannel[]
}

export interface ReadChannel {
  readonly id: Bytes
  readonly classes: DataClass
  readonly resolution: string
  readonly zone: string
  readonly opening: Bytes
  readonly chapter: Bytes
}

export interface PairingState {
  /** `offered` until the platform has what both have signed. */
  readonly phase: 'offered' | 'paired' | 'ended'
  readonly platform: string
  readonly pairing: Bytes
  readonly owner: readonly Bytes[]
  readonly meters: readonly ReadMeter[]
  /** The newest step of the pairing that was verified; its keys lie in it sealed to this device. */
  readonly head: PairingHead
  readonly step: Bytes | null
  /** The operator's identity as it was first seen. */
  readonly operator: readonly Bytes[]
}

const fileOf = (folder: string) => path.join(folder, 'pairing')

export async function loadState(folder: string): Promise<PairingState | undefined> {
  return await kept<PairingState>(fileOf(folder))
}

export async function keepState(folder: string, state: PairingState): Promise<void> {
  await keep(fileOf(folder), {
    ...state,
    owner: [...state.owner],
    operator: [...state.operator],
    head: { ...state.head },
    meters: state.meters.map(({ id, channels }) => ({
      id,
      channels: channels.map((channel) => ({ ...channel })),
    })),
  })
}

/** A device that was let go is never paired again: what it was is put aside, and another begins. */
export async function putAside(folder: string, now: number): Promise<void> {
  const aside = path.join(folder, `ended-${now}`)
  await fs.mkdir(aside, { recursive: true, mode: 0o700 })
  for (const name of ['identity', 'channels', 'pairing']) {
    await fs.rename(path.join(folder, name), path.join(aside, name)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    })
  }
}

/**
 * An identity that may have more changes than are known, and no others. One that has fewer is an
 * older one: a platform that was set back, or that hides a change, changes nothing here.
 *
 * @throws {GatewayError}
 */
export async function newerIdentity(
  known: readonly Bytes[],
  given: readonly Bytes[],
  whose: string,
): Promise<Identity> {
  if (!isSameChain(known, given)) {
    throw new GatewayError(
      `The platform shows another identity of the ${whose} than before: ask its operator, and do ` +
        'not read on until you know why',
    )
  }
  return await readIdentity(given.length < known.length ? known : given)
}
