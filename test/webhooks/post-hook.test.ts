/**
 * Where a webhook never goes: to anything but the public address of the registered host, save in a
 * trial on one machine.
 *
 * @module
 */
import { createSocket } from 'node:dgram'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HookError, lookUp, postHook } from '../../edge/post-hook.ts'
import { isPublicAddress } from '../../edge/public-address.ts'

const request = (url: string) => ({ url, headers: { 'webhook-id': 'msg_1' }, body: '{}' })
const everywhere = () => Promise.resolve(['93.184.216.34'])
let asked: IncomingMessage[] = []
let port = 0

const server = createServer((incoming, outgoing) => {
  asked.push(incoming)
  if (incoming.url === '/moved') outgoing.writeHead(302, { Location: `/hook` })
  else outgoing.writeHead(204)
  outgoing.end()
})

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})

afterAll(() => void server.close())

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'fd12:3456::1',
  '::ffff:127.0.0.1',
  '::ffff:93.184.216.34',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:db8::1',
  'ff02::1',
  'localhost',
  '',
])('%s is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['93.184.216.34', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
  '%s is a public address',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)

test.each([
  ['http://advice.example/hook', 'An http address'],
  ['https://user:secret@advice.example/hook', 'A name and a password'],
  ['http://localhost:1/hook', 'The machine itself'],
  ['https://127.0.0.1/hook', 'Its address'],
  ['https://[::1]/hook', 'Its address in IPv6'],
  ['https://[::ffff:127.0.0.1]/hook', 'Its address in disguise'],
  ['https://2130706433/hook', 'Its address as a number'],
  ['https://0x7f.1/hook', 'Its address in hex'],
  ['https://192.168.1.1/hook', 'A neighbour'],
])('a platform in public sends nothing to %s', async (url) => {
  await expect(postHook('https://kilowit.example', everywhere)(request(url)))
    .rejects.toThrow(HookError)
})

test('a name that leads inside is refused, also when it leads outside as well', async () => {
  for (const found of [['127.0.0.1'], ['10.0.0.5'], ['93.184.216.34', '192.168.0.1'], []]) {
    const post = postHook('https://kilowit.example', () => Promise.resolve(found))
    await expect(post(request('https://advice.example/hook'))).rejects.toThrow(HookError)
  }
})

test('a name server that says nothing is not waited for, and keeps no file from being read', async () => {
  const silent = createSocket('udp4')
  let questions = 0
  silent.on('message', () => questions++)
  await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve))
  const servers = [`127.0.0.1:${silent.address().port}`]
  const post = postHook(
    'https://kilowit.example',
    lookUp({ timeout: 200, tries: 1, servers }),
  )
  let over = 0
  // As many as are due at once; the system's look-up has four threads, as files have.
  const all = Array.from({ length: 20 }, async (_, i) => {
    await expect(post(request(`https://slow${i}.example/hook`))).rejects.toThrow(HookError)
    over++
  })
  await readFile(new URL(import.meta.url))
  expect(over).toBe(0)
  await Promise.all(all)
  expect(questions).toBeGreaterThanOrEqual(20)
  silent.close()
})

test('in a trial on one machine the hook may be there, and nowhere else inside', async () => {
  asked = []
  const post = postHook('http://localhost:8787', everywhere)
  expect(await post(request(`http://127.0.0.1:${port}/hook`))).toBe(204)
  expect(await post(request(`http://localhost:${port}/hook`))).toBe(204)
  expect(asked.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_1'])
  await expect(post(request('https://192.168.1.1/hook'))).rejects.toThrow(HookError)
  await expect(post(request('http://advice.example/hook'))).rejects.toThrow(HookError)
})

test('a redirect is an answer, and is not followed', async () => {
  asked = []
  const post = postHook('http://localhost:8787', everywhere)
  expect(await post(request(`http://127.0.0.1:${port}/moved`))).toBe(302)
  expect(asked).toHaveLength(1)
})
