/** What is known of a device's registers: put, looked up, forgotten. */
import { describe, expect, it } from 'vitest'
import { createImage } from '../../shared/meter/modbus-image.ts'

const question = { function: 3, address: 120, count: 20 } as const
const words = Uint16Array.from({ length: 20 }, (_, i) => 1000 + i)

describe('the image of a device', () => {
  it('gives what was put, of its own function and place, and nothing that is only partly known', () => {
    const image = createImage()
    image.put(question, words)
    expect(image.words(3, 120, 20)).toEqual(words)
    expect(image.words(3, 126, 4)).toEqual(Uint16Array.of(1006, 1007, 1008, 1009))
    expect([image.words(4, 120, 20), image.words(3, 119, 2), image.words(3, 139, 2)])
      .toEqual([null, null, null])
    expect([image.knowsAny(3, 100, 20), image.knowsAny(3, 100, 21)]).toEqual([false, true])
  })

  it('forgets a stretch and nothing beside it, so that no reading has values of two polls', () => {
    const image = createImage()
    image.put(question, words)
    image.forget(3, 126, 4)
    expect(image.words(3, 126, 1)).toBeNull()
    expect(image.words(3, 129, 1)).toBeNull()
    expect([image.words(3, 125, 1), image.words(3, 130, 1)])
      .toEqual([Uint16Array.of(1005), Uint16Array.of(1010)])
  })
})
