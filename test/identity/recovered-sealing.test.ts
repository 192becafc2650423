import { describe, expect, it } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import {
  openSeed,
  sealingKeyOf,
  sealSeed,
  SeedError,
  seedKeyOf,
} from '../../shared/identity/recovered-sealing.ts'

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))
const owner = random(32)

describe.for(['X25519', 'P-256'] as const)('a sealing key of %s', (algorithm) => {
  it('comes back with the recovery key alone, the same each time', async () => {
    const recovery = random(83)
    const seed = random(32)
    const { publicKey } = await seedKeyOf(recovery, algorithm)
    const sealed = await sealSeed(seed, { owner, index: 7 }, { algorithm, publicKey })
    const key = await seedKeyOf(recovery, algorithm)
    expect(key.publicKey).toEqual(publicKey)
    const opened = await openSeed(sealed, owner, key)
    expect(opened).toEqual(seed)
    const [one, two] = [await sealingKeyOf(seed, algorithm), await sealingKeyOf(opened, algorithm)]
    expect(one.publicKey).toEqual(two.publicKey)
    expect([one.privateKey.extractable, one.algorithm]).toEqual([false, algorithm])
  })

  it('stays closed to another recovery key, in another place, for another owner', async () => {
    const recovery = random(83)
    const key = await seedKeyOf(recovery, algorithm)
    const sealed = await sealSeed(random(32), { owner, index: 7 }, key)
    const other = await seedKeyOf(random(83), algorithm)
    await expect(openSeed(sealed, owner, other)).rejects.toThrow(SeedError)
    await expect(openSeed({ ...sealed, index: 8 }, owner, key)).rejects.toThrow(SeedError)
    await expect(openSeed(sealed, random(32), key)).rejects.toThrow(
      'Cannot open the seed of sealing key 7 with this recovery key',
    )
  })
})
