/** Decoders that are fed for as long as a meter is plugged in keep nothing of what they told. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type Grown, heapGrowth } from '../bench/meter-heap.ts'
import { METER_LINES } from '../bench/meter-lines.ts'

const COUNT = 1200
/** Less than any object that a telegram could leave behind. */
const MOST_BYTES_EACH = 64

describe('a decoder that reads on and on', () => {
  let grown: Grown[] = []

  beforeAll(async () => {
    grown = await heapGrowth({ warm: 1000, count: COUNT, looks: 3 })
  })

  it.each(Object.keys(METER_LINES))('keeps nothing of telegrams that were told: %s', (name) => {
    const { looks } = grown.find((one) => one.name === name) ?? { looks: [] }
    expect(looks).toHaveLength(4)
    // What is kept adds up each time; what the runtime moves about does not.
    const steps = looks.slice(1).map((bytes, i) => bytes - (looks[i] ?? 0))
    expect(Math.min(...steps) / COUNT).toBeLessThan(MOST_BYTES_EACH)
  })
})
