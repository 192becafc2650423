/**
 * The line to an AMIS meter from both sides: what is answered, what is told once, and what follows
 * where answers are lost.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../shared/bytes.ts'
import { createAmisAnswerer } from '../../shared/meter/amis-answerer.ts'
import { createSimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import { answer, call, records, sealed } from './amis-frames.ts'
import { hex, response } from './mbus-frames.ts'

const now = 1_768_476_896
const first = sealed(records())
const second = sealed(records({ in: 1 }), { access: 0x2b, control: '53' })
const nothing = new Uint8Array(0)

describe('the reader', () => {
  test('answers a call and each telegram, however they are cut', () => {
    const answerer = createAmisAnswerer()
    expect(answerer.hear(call)).toEqual({ answers: answer, telegrams: nothing, refused: [] })
    for (const frame of [first, second]) {
      const early = answerer.hear(frame.subarray(0, 60))
      expect(early).toEqual({ answers: nothing, telegrams: nothing, refused: [] })
      expect(answerer.hear(frame.subarray(60))).toEqual({
        answers: answer,
        telegrams: frame,
        refused: [],
      })
    }
  })

  test('answers nothing that is bent, of another sender, its own echo, or noise', () => {
    const bent = first.slice()
    bent[40] = (bent[40] ?? 0) ^ 1
    const others = [
      bent,
      answer,
      hex('10 40 01 41 16'),
      hex('10 5b f0 4b 16'),
      sealed(records(), { address: '01' }),
      response('0c 13 78563412'),
      hex('00 ff 55 aa'),
    ]
    for (const bytes of others) {
      expect(createAmisAnswerer().hear(bytes)).toMatchObject({ answers: nothing })
    }
  })

  test('answers again what comes again, and tells it once', () => {
    const answerer = createAmisAnswerer()
    answerer.hear(first)
    expect(answerer.hear(first)).toEqual({ answers: answer, telegrams: nothing, refused: [] })
    expect(answerer.hear(second).telegrams).toEqual(second)
    // After a call the meter counts anew.
    expect(answerer.hear(concat(call, second))).toEqual({
      answers: concat(answer, answer),
      telegrams: second,
      refused: [],
    })
  })

  test('says what was refused, and goes on', () => {
    const answerer = createAmisAnswerer()
    const bent = first.slice(0, -1)
    const heard = answerer.hear(concat(bent, second))
    expect(heard.telegrams).toEqual(second)
    expect(heard.refused.map(({ reason }) => reason)).toEqual(['truncated'])
  })
})

describe('the simulated meter', () => {
  /** What it sends in each of these seconds to a reader that answers where told to. */
  async function play(seconds: number, answers: (second: number) => boolean) {
    const meter = createSimulatedAmisMeter({ seed: 3 })
    const answerer = createAmisAnswerer()
    const said: string[] = []
    for (let second = 0; second < seconds; second++) {
      const bytes = await meter.speak(now + second)
      const heard = answerer.hear(bytes)
      const isNew = heard.telegrams.length > 0
      said.push(bytes.length === 0 ? '-' : bytes.length === 5 ? 'call' : isNew ? 'new' : 'again')
      if (answers(second)) meter.hear(heard.answers)
    }
    return said.join(' ')
  }

  test('calls once a minute while nobody answers', async () => {
    const said = await play(121, () => false)
    const calls = said.split(' ').flatMap((one, second) => one === 'call' ? [second] : [])
    expect(calls).toEqual([0, 60, 120])
  })

  test('sends each second while it is answered, and repeats what was not', async () => {
    expect(await play(5, () => true)).toBe('call new new new new')
    expect(await play(7, (second) => second !== 2 && second !== 3)).toBe(
      'call new new again again new new',
    )
  })

  test('calls again after ten answers that did not come', async () => {
    const said = await play(14, (second) => second < 2)
    expect(said).toBe(`call new new${' again'.repeat(9)} call -`)
  })
})
