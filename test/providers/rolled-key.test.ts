import { describe, expect, test } from 'vitest'
import {
  newProviderKeys,
  ProviderKeysError,
  readProviderKeys,
  rollProviderKeys,
} from '../../shared/api/provider-keys.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { openGrantKey, sealGrantKey } from '../../shared/consent/grant.ts'
import { endOfKey } from '../../shared/identity/changes.ts'
import { sealKeyOf } from '../../shared/identity/identity.ts'
import type { SealAlgorithm } from '../../shared/identity/keys.ts'

const NOW = 1_767_225_600

describe.for([['native', 'X-Wing'], ['X-Wing', 'native']] as const)(
  'a provider with a key of kind %s that rolls it over to %s',
  ([first, second]) => {
    test('is the same one, opens what was sealed before and after, and the old text not', async () => {
      const text = await newProviderKeys(NOW, first)
      const rolled = await rollProviderKeys(text, NOW + 60, second)
      const [before, after] = [await readProviderKeys(text), await readProviderKeys(rolled)]
      expect(after.identity.id).toEqual(before.identity.id)
      expect(after.identity.keys.map(({ index, purpose }) => [index, purpose])).toEqual([
        [0, 'sign'],
        [2, 'seal'],
      ])
      expect([endOfKey(after.identity, 1), endOfKey(after.identity, 2)]).toEqual(['rolled', null])
      expect([...after.sealing.keys()]).toEqual([1, 2])
      expect(after.session.publicKey).toEqual(before.session.publicKey)
      expect(before.sealing.has(2)).toBe(false)
      for (const  of of[before, after]) {
        const key = sealKeyOf(of.identity)
        if (key === undefined) throw new TypeError('There is no sealing key')
        const raw = crypto.getRandomValues(new Uint8Array(32))
        const name = {
          grant: new Uint8Array(16),
          owner: new Uint8Array(32),
          to: of.identity.id,
          toKey: key.index,
        }
        const terms = makeTerms({
          channels: [new Uint8Array(16)],
          purposes: ['energy-advice'],
          from: NOW,
          until: NOW + 60,
          history: NOW,
        })
        const algorithm = key.algorithm as SealAlgorithm // of a sealing key
        const sealed = await sealGrantKey(raw, name, terms, { ...key, algorithm })
        const opening = after.sealing.get(key.index)
        if (opening === undefined) throw new TypeError('There is no such key')
        expect(await openGrantKey({ ...name, ...sealed, terms }, opening)).toEqual(raw)
      }
    })
  },
)

test('a text that holds no keys is not rolled over', async () => {
  await expect(rollProviderKeys('nothing', NOW, 'native')).rejects.toThrow(ProviderKeysError)
})
