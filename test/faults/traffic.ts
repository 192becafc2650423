/**
 * Devices that seal and post as fast as they can, through the project's own client, and never look
 * up: whatever happens to the platform, they only ever repeat what was not answered.
 *
 * @module
 */
import { expect } from 'vitest'
import { type Client, createClient } from '../../shared/api/client.ts'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import { isSignedBy, readIdentity } from '../../shared/identity/identity.ts'
import type { Signer } from '../../shared/identity/statement.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { advance, type Head, judge } from '../../shared/seal/judge.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { createHousehold, readings, type TestChannel } from '../rig/household.ts'

export interface Traffic {
  /** Resolves when so many more blocks have been acknowledged. */
  more(blocks: number): Promise<void>
  /** Lets every device get the answer to what it has sealed, and no more. */
  finish(): Promise<void>
  /** Requests that got no answer, or one that said "later". */
  failures(): number
  /** How these were told, such as `503 with Retry-After`, or `no answer`. */
  told(): string[]
  acknowledged(): number
  /** Checks that the platform has every acknowledged block once, in a chain that holds. */
  check(): Promise<void>
}

interface Line {
  readonly channel: TestChannel
  readonly owner: Client
  readonly device: Client
  readonly deviceId: Bytes
  readonly acknowledgements: Bytes[]
}

const seconds = () => Math.floor(Date.now() / 1000)

/** @param through where each request really goes, if several processes serve the one address */
export async function startTraffic(
  url: string,
  devices: number,
  through: (address: string) => string = (address) => address,
): Promise<Traffic> {
  let failures = 0
  const told = new Set<string>()
  const stop = new AbortController()
  let acknowledged = 0
  const waiting = new Set<{ at: number; resolve: () => void }>()

  const client = (signer: Signer) =>
    createClient({
      url,
      now: seconds,
      signer,
      retries: 100,
      fetch: async (address, init) => {
        try {
          const response = await fetch(through(address), init)
          if (response.status >= 500) {
            failures++
            const when = response.headers.has('Retry-After') ? 'with' : 'without'
            told.add(`${response.status} ${when} Retry-After`)
          }
          return response
        } catch (error) {
          failures++
          told.add('no answer')
          throw error
        }
      },
    })

  async function open(): Promise<Line> {
    const household = await createHousehold({ now: seconds() })
    const owner = client(household.owner.signer)
    const device = client(household.device.signer)
    await owner.registerIdentity(household.owner.identity.changes)
    await device.registerIdentity(household.device.identity.changes)
    await owner.addPairing(household.pairing.bytes)
    const channel = await household.openChannel()
    await owner.openChannel(channel.opening.statement.bytes)
    await owner.openChapter((await channel.openChapter()).statement.bytes)
    const { opened } = await channel.openEpoch()
    await device.postBlocks(channel.id, [opened.statement.bytes])
    const deviceId = household.device.identity.id
    return { channel, owner, device, deviceId, acknowledgements: [] }
  }

  async function work({ channel, device, acknowledgements }: Line, index: number): Promise<void> {
    for (let round = 0; !stop.signal.aborted; round++) {
      const posted: Bytes[] = []
      // Single readings and quarter-hours of a day, alone and several in one post.
      const count = (round + index) % 3 === 0 ? 3 : 1
      for (let i = 0; i < count; i++) {
        const block = await channel.seal(readings((round + i) % 4 === 0 ? 96 : 1, { step: 900 }))
        posted.push(block.bytes)
      }
      const answer = await device.postBlocks(channel.id, posted)
      if (answer.refusal !== null) throw new Error(`Refused: ${JSON.stringify(answer.refusal)}`)
      acknowledgements.push(...answer.acknowledgements)
      acknowledged += answer.acknowledgements.length
      for (const one of waiting) {
        if (acknowledged < one.at) continue
        waiting.delete(one)
        one.resolve()
      }
    }
  }

  const lines = await Promise.all(Array.from({ length: devices }, open))
  const done = Promise.all(lines.map(work))
  return {
    // A device that fails fails the test, whatever it is waiting for.
    more: (blocks) =>
      Promise.race([
        done.then(() => undefined),
        new Promise<void>((resolve) => {
          waiting.add({ at: acknowledged + blocks, resolve })
        }),
      ]),
    finish: async () => {
      stop.abort()
      await done
    },
    failures: () => failures,
    told: () => [...told].sort(),
    acknowledged: () => acknowledged,
    check: async () => {
      for (const line of lines) await checkLine(line)
    },
  }
}

async function checkLine(line: Line): Promise<void> {
  const { channel, owner, device, deviceId, acknowledgements } = line
  const operator = await readIdentity((await device.operator()).identity)
  const author = await readIdentity((await device.identity(deviceId)).changes)
  const promised = new Map<number, string>()
  for (const bytes of acknowledgements) {
    const { content, statement } = parseAcknowledgement(bytes)
    expect(await isSignedBy(statement, operator)).toBe(true)
    promised.set(content.seq, toHex(content.block))
  }
  expect(promised.size).toBe(acknowledgements.length)
  const [seq, id] = [-1, channel.blocks[0]?.header.prev ?? new Uint8Array()] as const
  let head: Head = {
    seq,
    id,
    chapter: 0,
    device: deviceId,
    epoch: -1,
    openedEpoch: 0,
    keyIndex: 0,
  }
  const found: string[] = []
  for await (const bytes of owner.blocks(channel.id)) {
    const block = await readBlock(bytes)
    expect(judge(head, block)).toBe('follows')
    expect(await isSignedBy(block.statement, author)).toBe(true)
    head = advance(head, block)
    found.push(toHex(block.id))
  }
  expect(found).toEqual(channel.blocks.map((block) => toHex(block.id)))
  for (const [seq, id] of promised) expect(found[seq]).toBe(id)
  expect(promised.size).toBe(found.length)
}
