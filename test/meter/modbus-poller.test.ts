/**
 * @module A question and its answer at a line that echoes, cuts, garbles, answers late, for others
 * or not at all.
 */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { writeRtu, writeRtuRequest } from '../../shared/meter/modbus-frame.ts'
import { createPoller } from '../../shared/meter/modbus-poller.ts'
import { createTcpFraming, writeTcp } from '../../shared/meter/modbus-tcp.ts'
import { type Arrival, bus, createTestLine, createTestPoller, honest, now } from './modbus-line.ts'

/** The sum of what the meter imported, and other things by the same function. */
const request = { unit: 1, function: 3, address: 19_068, count: 2 } as const
const answerTo = (frame: Uint8Array) => bus.answer(frame, now)

/** Registers of the right answer. */
const right = answerTo(writeRtuRequest(request)).slice(3, -2)

async function ask(answer: (frame: Bytes, nth: number) => readonly Arrival[], retries = 0) {
  const asked = createTestPoller(answer, retries)
  const told = await asked.poller.ask(request)
  return { ...asked, told }
}

function isRight(words: Uint16Array): boolean {
  return toHex(Uint8Array.from([...words].flatMap((word) => [word >>> 8, word & 0xff]))) ===
    toHex(right)
}

describe('ask()', () => {
  test('gives the registers, with question and answer as they went over the line', async () => {
    const { told, sent } = await ask(honest())
    if (told.kind !== 'registers') throw new Error(told.kind)
    expect(right).toHaveLength(4)
    expect(isRight(told.words)).toBe(true)
    const [question = new Uint8Array()] = sent
    expect(toHex(told.raw)).toBe(toHex(concat(question, answerTo(question))))
    expect(told.astray).toEqual([])
  })

  test('an answer in single bytes, or cut by pauses, is the same answer', async () => {
    for (const pause of [1, 60, 110]) {
      const { told } = await ask((frame) =>
        [...answerTo(frame)].map((byte, i) => ({
          after: 10 + pause * i,
          bytes: Uint8Array.of(byte),
        }))
      )
      expect([pause, told.kind === 'registers' && isRight(told.words)]).toEqual([pause, true])
    }
  })

  test('our own question is heard by many adapters, and is no answer', async () => {
    for (const cut of [0, 1, 5, 8]) {
      const { told } = await ask((frame) => {
        const both = concat(frame, answerTo(frame))
        return [{ after: 1, bytes: both.slice(0, cut) }, { after: 9, bytes: both.slice(cut) }]
      })
      expect(told.kind).toBe('registers')
      expect(told.astray).toEqual(['echo'])
    }
    const { told } = await ask((frame) => [{ after: 1, bytes: frame }])
    expect(told).toMatchObject({ kind: 'unanswered', why: 'silent', astray: ['echo'] })
  })

  test('answers of another unit, function or number of registers are stepped over', async () => {
    const data = [...right]
    const others: [string, Uint8Array][] = [
      ['other-unit', writeRtu(2, Uint8Array.of(3, 4, ...data))],
      ['other-function', writeRtu(1, Uint8Array.of(4, 4, 1, 2, 3, 4))],
      ['other-length', writeRtu(1, Uint8Array.of(3, 2, 1, 2))],
      ['other-unit', writeRtu(9, Uint8Array.of(0x83, 2))],
    ]
    for (const [what, frame] of others) {
      const { told } = await ask((question) => [
        { after: 5, bytes: frame },
        { after: 9, bytes: answerTo(question) },
      ])
      expect([what, told.kind, told.astray]).toEqual([what, 'registers', [what]])
      expect(told.kind === 'registers' && isRight(told.words)).toBe(true)
      const alone = await ask(() => [{ after: 5, bytes: frame }])
      expect(alone.told).toMatchObject({ kind: 'unanswered', why: 'astray' })
    }
  })

  test('an answer inside another unit’s answer is not ours', async () => {
    const inner = writeRtu(1, Uint8Array.of(3, 4, 9, 9, 9, 9))
    const outer = writeRtu(2, Uint8Array.of(3, inner.length + 1, ...inner, 0))
    const { told } = await ask((question) => [
      { after: 5, bytes: outer },
      { after: 40, bytes: answerTo(question) },
    ])
    expect(told.kind === 'registers' && isRight(told.words)).toBe(true)
  })

  test('garbage before the answer does not hide it', async () => {
    for (const noise of ['00', 'ffff', '0103', '010304', '0103fa0000', '7e7e0203']) {
      const { told } = await ask((frame) => [
        { after: 3, bytes: fromHex(noise) },
        { after: 9, bytes: answerTo(frame) },
      ])
      expect([noise, told.kind === 'registers' && isRight(told.words)]).toEqual([noise, true])
    }
  })

  test('a frame whose check fails gives nothing, whichever bit is wrong', async () => {
    const [frame = new Uint8Array()] = (await ask(honest())).sent
    const answer = answerTo(frame)
    for (let i = 0; i < answer.length * 8; i++) {
      const bent = answer.slice()
      bent[i >> 3] = (bent[i >> 3] ?? 0) ^ (1 << (i & 7))
      const { told } = await ask(() => [{ after: 5, bytes: bent }])
      expect([i, told.kind]).toEqual([i, 'unanswered'])
    }
  })

  test('what begins and does not end is told as such', async () => {
    const { told } = await ask((frame) => [{ after: 5, bytes: answerTo(frame).slice(0, 6) }])
    expect(told).toMatchObject({ kind: 'unanswered', why: 'truncated' })
  })

  test('a device that says no is asked once; one that is busy, again', async () => {
    const no = (code: number) => [{ after: 5, bytes: writeRtu(1, Uint8Array.of(0x83, code)) }]
    const refused = await ask(() => no(2), 2)
    expect(refused.told).toMatchObject({ kind: 'exception', code: 2 })
    expect(refused.sent).toHaveLength(1)
    const busy = await ask((frame, nth) => nth < 2 ? no(6) : honest()(frame), 2)
    expect(busy.told.kind).toBe('registers')
    expect(busy.sent).toHaveLength(3)
    expect((await ask(() => no(5), 2)).told).toMatchObject({ kind: 'exception', code: 5 })
  })

  test('silence is asked again, and then told', async () => {
    const again = await ask((frame, nth) => nth < 2 ? [] : honest()(frame), 2)
    expect(again.told.kind).toBe('registers')
    const never = await ask(() => [], 2)
    expect(never.told).toMatchObject({ kind: 'unanswered', why: 'silent' })
    expect(never.sent).toHaveLength(3)
    // Three seconds of waiting, and the time between for answers that are late.
    expect(never.clock()).toBeLessThan(10_000)
  })

  test('an answer that comes late is gone before the next question', async () => {
    // The first question is answered after the time; the second, with as many registers, in time,
    // but behind that.
    const { poller, sent } = createTestPoller((frame, nth) => [
      { after: nth === 0 ? 1500 : 600, bytes: answerTo(frame) },
    ])
    expect((await poller.ask({ ...request, address: 19_076 })).kind).toBe('unanswered')
    const told = await poller.ask(request)
    expect(told.kind === 'registers' && isRight(told.words)).toBe(true)
    expect(sent).toHaveLength(2)
  })

  test('a line that never is quiet is not asked on', async () => {
    const { line, clock, sent } = createTestLine(() => [])
    const babble = { ...line, read: async () => await Promise.resolve(utf8('babble')) }
    const poller = createPoller({ line: babble, clock, framing: createTcpFraming() })
    expect(await poller.ask(request)).toMatchObject({ kind: 'unanswered', why: 'damaged' })
    expect(sent).toHaveLength(0)
  })

  test('a line that is gone is told by what it throws', async () => {
    const gone = async (): Promise<never> => await Promise.reject(new Error('gone'))
    const { clock, line } = createTestLine(() => [])
    const poller = createPoller({
      line: { ...line, write: gone },
      clock,
      framing: createTcpFraming(),
    })
    await expect(poller.ask(request)).rejects.toThrow('gone')
  })
})

describe('ask() over TCP', () => {
  async function askTcp(answer: (frame: Bytes) => readonly Arrival[]) {
    const { line, clock, sent } = createTestLine(answer)
    const poller = createPoller({ line, clock, framing: createTcpFraming(), retries: 0 })
    return { told: await poller.ask(request), sent }
  }
  const whole = (frame: Uint8Array) => bus.answerTcp(frame, now)

  test('gives the registers, however the stream is cut', async () => {
    for (let cut = 0; cut <= 13; cut++) {
      const { told } = await askTcp((frame) => [
        { after: 1, bytes: whole(frame).slice(0, cut) },
        { after: 2, bytes: whole(frame).slice(cut) },
      ])
      expect(told.kind === 'registers' && isRight(told.words)).toBe(true)
    }
  })

  test('an answer to an earlier question, or of another unit, is stepped over', async () => {
    const data = Uint8Array.of(3, 4, 9, 9, 9, 9)
    const others: [string, Uint8Array][] = [
      ['other-transaction', writeTcp(77, 1, data)],
      ['other-unit', writeTcp(1, 2, data)],
      ['other-function', writeTcp(1, 1, Uint8Array.of(4, 4, 9, 9, 9, 9))],
      ['other-length', writeTcp(1, 1, Uint8Array.of(3, 2, 9, 9))],
      // It says four bytes, and has two.
      ['other-length', writeTcp(1, 1, Uint8Array.of(3, 4, 9, 9))],
    ]
    for (const [what, frame] of others) {
      const { told } = await askTcp((question) => [
        { after: 1, bytes: concat(frame, whole(question)) },
      ])
      expect([what, told.kind, told.astray]).toEqual([what, 'registers', [what]])
    }
  })

  test('a stream that lost its frames is told: it has to be opened anew', async () => {
    for (const hex of ['00010001000601', '00010000ffff01', '00010000000001']) {
      const { told } = await askTcp((frame) => [
        { after: 1, bytes: concat(fromHex(hex), whole(frame)) },
      ])
      expect(told).toMatchObject({ kind: 'unanswered', why: 'damaged', astray: ['lost'] })
    }
  })

  test('a gateway that reaches nobody says so', async () => {
    const { line, clock } = createTestLine((frame) => [{ after: 1, bytes: whole(frame) }])
    const poller = createPoller({ line, clock, framing: createTcpFraming(), retries: 0 })
    expect(await poller.ask({ ...request, unit: 99 })).toMatchObject({
      kind: 'exception',
      code: 11,
    })
  })
})
