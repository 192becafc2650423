/**
 * Stopping in good order: what is under way is answered and kept, nothing new is taken, and it ends
 * in a bounded time even for those who never finish.
 *
 * @module
 */
import { connect, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { toHex } from '../../shared/bytes.ts'
import { all, clientOf, join, type Member, signIn } from '../conformance/members.ts'
import type { TestChannel } from '../rig/household.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { type Running, startDeno, startNode } from '../rig/process.ts'
import { makePlace, type Place } from './platform.ts'

let database: TestDatabase
let place: Place
let server: Running
afterEach(async () => {
  await server.close()
  await place.remove()
  await database.close()
})

const RUNTIMES = [['Node', startNode, 'edge/node.ts'], ['Deno', startDeno, 'edge/deno.ts']] as const

async function home(start: typeof startNode, file: string): Promise<[Member, TestChannel]> {
  database = await testDatabase()
  place = await makePlace(database.url)
  server = start(file, [], { env: place.env })
  await server.answers(`${place.url}/readyz`, 60_000)
  const member = await join(place.url)
  return [member, await member.channel()]
}

interface Sending {
  readonly socket: Socket
  /** All that came until the connection was closed. */
  readonly answer: Promise<string>
}

/** A post whose body has begun: its first half is with the server. */
async function begin(path: string, body: Uint8Array): Promise<Sending> {
  const { hostname, port, host } = new URL(place.url)
  const socket = connect(Number(port), hostname)
  let said = ''
  socket.on('data', (part) => said += part.toString('latin1'))
  socket.on('error', () => undefined)
  const answer = new Promise<string>((resolve) => socket.on('close', () => resolve(said)))
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/cbor-seq\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
  )
  socket.write(body.subarray(0, body.length / 2))
  // Until the server has seen that there is a request.
  await new Promise((resolve) => setTimeout(resolve, 300))
  return { socket, answer }
}

/** What becomes of one: a connection that is there already may still bring a request. */
async function newConnection(): Promise<unknown> {
  const { hostname, port } = new URL(place.url)
  const socket = connect(Number(port), hostname)
  try {
    return await new Promise((resolve) => {
      socket.on('connect', () => resolve('connected'))
      socket.on('error', (error) => resolve(Reflect.get(error, 'code')))
    })
  } finally {
    socket.destroy()
  }
}

test.each(RUNTIMES)(
  'on %s a post under way is acknowledged and kept, a stream ends, and nothing new is taken',
  async (_, start, file) => {
    const [member, channel] = await home(start, file)
    const session = await signIn(place.url, member.household.owner.signer)
    const stream = await session.get(`${place.url}/v1/channels/${channel.name}/stream`)
    const streamed = stream.text()
    const { bytes, id } = await channel.seal()
    const { socket, answer } = await begin(`/v1/channels/${channel.name}/blocks`, bytes)
    process.kill(server.pid, 'SIGTERM')
    await server.line('Stopping: finishing what is under way')
    expect(await streamed).toContain(': connected')
    expect(await newConnection()).toBe('ECONNREFUSED')
    socket.write(bytes.subarray(bytes.length / 2))
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"taken":1,"acknowledgements":\["/)
    expect(await server.ended).toEqual({ code: 0, signal: null })

    server = place.start()
    await server.answers(`${place.url}/readyz`, 60_000)
    const owner = clientOf(place.url, member.household.owner.signer)
    expect((await all(owner.blocks(channel.id))).map(toHex)).toEqual([toHex(bytes)])
    const head = await owner.head(channel.id)
    expect([head.seq, toHex(head.id)]).toEqual([0, toHex(id)])
  },
  120_000,
)

test.each(RUNTIMES)(
  'on %s who never finishes is cut off, and the block was not taken',
  async (_, start, file) => {
    const [member, channel] = await home(start, file)
    const { bytes } = await channel.seal()
    const { answer } = await begin(`/v1/channels/${channel.name}/blocks`, bytes)
    process.kill(server.pid, 'SIGTERM')
    expect(await server.ended).toEqual({ code: 0, signal: null })
    expect(await answer).not.toContain('acknowledgements')

    server = place.start()
    await server.answers(`${place.url}/readyz`, 60_000)
    expect(await all(clientOf(place.url, member.household.owner.signer).blocks(channel.id)))
      .toEqual([])
    const device = clientOf(place.url, member.household.device.signer)
    expect((await device.postBlocks(channel.id, [bytes])).taken).toBe(1)
  },
  120_000,
)
