/**
 * The same behaviour over HTTP from real processes of Node, Deno and workerd, on real Postgres.
 *
 * @module
 */
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiProblem } from '../../shared/api/client.ts'
import { readEvents } from '../../shared/api/events.ts'
import { PROBLEMS } from '../../shared/api/problems.ts'
import { OperatorSchema } from '../../shared/api/schemas.ts'
import { type Bytes, concat, toBase64url, toHex } from '../../shared/bytes.ts'
import { splitSequence } from '../../shared/cbor.ts'
import { type Identity, isSignedBy, readIdentity } from '../../shared/identity/identity.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { type Block, openBlock, readBlock } from '../../shared/seal/block.ts'
import { parseChapter } from '../../shared/seal/channel.ts'
import { createHousehold, readings } from '../rig/household.ts'
import {
  all,
  askForToken,
  clientOf,
  join,
  type Member,
  random,
  seconds,
  signIn,
} from './members.ts'
import { type Watch, watchAnswers } from './documented.ts'
import { type Platform, RUNTIMES, startPlatform } from './runtimes.ts'

describe.each(RUNTIMES)('%s', (runtime) => {
  let platform: Platform
  let url: string
  let member: Member
  let operator: Identity
  let documented: Watch

  beforeAll(async () => {
    platform = await startPlatform(runtime)
    process.stdout.write(`Conformance on ${platform.version}\n`)
    url = platform.url
    documented = await watchAnswers(url)
    member = await join(url)
    operator = await readIdentity((await member.owner.operator()).identity)
  })

  afterAll(async () => {
    documented.stop()
    await platform.close()
  })

  function post(path: string, body: Bytes, headers: Record<string, string> = {}) {
    return fetch(url + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/cbor-seq', ...headers },
    })
  }

  function postTo(channel: { name: string }, ...items: Bytes[]) {
    return post(`/v1/channels/${channel.name}/blocks`, concat(...items))
  }

  async function expectAcknowledged(acknowledgement: Bytes | undefined, block: Block) {
    if (acknowledgement === undefined) throw new Error('No acknowledgement')
    const { content, statement } = parseAcknowledgement(acknowledgement)
    expect(toHex(content.block)).toBe(toHex(block.id))
    expect(content.seq).toBe(block.header.seq)
    expect(Math.abs(content.accepted - seconds())).toBeLessThan(60)
    expect(await isSignedBy(statement, operator)).toBe(true)
  }

  async function expectProblem(response: Response, code: keyof typeof PROBLEMS) {
    const problem: Record<string, unknown> = await response.json()
    expect(problem).toMatchObject({
      type: `${url}/problems/${code}`,
      title: PROBLEMS[code].title,
      detail: PROBLEMS[code].detail,
      status: PROBLEMS[code].status,
      code,
      requestId: response.headers.get('x-request-id'),
    })
    expect(response.status).toBe(PROBLEMS[code].status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    return problem
  }

  test('the operator is told with its id and the fingerprint that people compare', async () => {
    const answer: unknown = await (await fetch(`${url}/v1/operator`)).json()
    expect(answer).toMatchObject({
      id: toBase64url(operator.id),
      fingerprint: expect.stringMatching(/^([0-9a-f]{4} ){4}[0-9a-f]{4}$/),
    })
    const { fingerprint } = v.parse(OperatorSchema, answer)
    expect(toHex(operator.id).startsWith(fingerprint.replaceAll(' ', ''))).toBe(true)
  })

  describe('taking blocks', () => {
    test.each(['EdDSA', 'ES256'] as const)(
      'a block signed with %s is acknowledged under the operator identity and read back',
      async (algorithm) => {
        const joined = await join(url, algorithm)
        const { owner, device } = joined
        const channel = await joined.channel()
        const sealed = readings(3)
        const block = await channel.seal(sealed)
        const { taken, acknowledgements, refusal } = await device.postBlocks(channel.id, [
          block.bytes,
        ])
        expect([taken, refusal]).toEqual([1, null])
        await expectAcknowledged(acknowledgements[0], block)
        const [epoch] = channel.epochs
        const found = await all(owner.blocks(channel.id))
        expect(found.map(toHex)).toEqual([toHex(block.bytes)])
        if (epoch === undefined) throw new Error('No epoch')
        expect(await openBlock(await readBlock(block.bytes), epoch.key)).toEqual(sealed)
      },
    )

    test('the same block again gets the same answer', async () => {
      const channel = await member.channel()
      const block = await channel.seal()
      const [first, second] = [
        await member.device.postBlocks(channel.id, [block.bytes]),
        await member.device.postBlocks(channel.id, [block.bytes]),
      ]
      expect(second.taken).toBe(1)
      const [a, b] = [first, second].map(({ acknowledgements: [one] }) =>
        one && parseAcknowledgement(one).content
      )
      expect(b).toEqual(a)
      expect((await all(member.owner.blocks(channel.id))).length).toBe(1)
    })

    test('a batch with a turn of the epoch is taken whole', async () => {
      const channel = await member.channel()
      const blocks = [await channel.seal(), await channel.seal()]
      const { opened } = await channel.openEpoch()
      blocks.push(await channel.seal(), await channel.seal(readings(96, { step: 900 })))
      const [a, b, c, d] = blocks.map((block) => block.bytes)
      if (!a || !b || !c || !d) throw new Error('No blocks')
      const answer = await member.device.postBlocks(channel.id, [
        a,
        b,
        opened.statement.bytes,
        c,
        d,
      ])
      expect([answer.taken, answer.acknowledgements.length, answer.head.seq]).toEqual([5, 4, 3])
      for (const [i, block] of blocks.entries()) {
        await expectAcknowledged(answer.acknowledgements[i], block)
      }
    })

    test('a batch is taken up to its first refusal', async () => {
      const channel = await member.channel()
      const first = await channel.seal()
      await channel.seal()
      const third = await channel.seal()
      const answer = await member.device.postBlocks(channel.id, [first.bytes, third.bytes])
      expect([answer.taken, answer.head.seq]).toEqual([1, 0])
      expect(answer.refusal).toMatchObject({ code: 'gap', expected: 1 })
    })

    test('a chapter of another meter goes on after what was read of the one before', async () => {
      const channel = await member.channel()
      const last = await channel.seal(readings(2, { meter: 'A' }))
      const meter = crypto.getRandomValues(new Uint8Array(16))
      const early = await channel.openChapter({ reason: 'meter-changed', meter })
      // A block of the chapter before still waits: only after it may the next begin.
      await expect(member.owner.openChapter(early.statement.bytes)).rejects.toMatchObject({
        code: 'head-moved',
      })
      expect((await postTo(channel, last.bytes)).status).toBe(200)
      await member.owner.openChapter(early.statement.bytes)
      const { opened } = await channel.openEpoch()
      const next = await channel.seal(readings(2, { meter: 'B', from: 1_763_000_100 }))
      expect((await postTo(channel, opened.statement.bytes, next.bytes)).status).toBe(200)
      const { chapters, head } = await member.owner.channel(channel.id)
      expect(chapters.map((bytes) => parseChapter(bytes).content.reason)).toEqual([
        'first',
        'meter-changed',
      ])
      expect(head.seq).toBe(1)
    })

    test('a gap is answered with the seq that is expected', async () => {
      const channel = await member.channel()
      const response = await postTo(channel, (await channel.forge(undefined, { seq: 4 })).bytes)
      expect(await expectProblem(response, 'gap')).toMatchObject({ expected: 0, head: null })
    })

    test('a fork is refused with the head, and kept', async () => {
      const channel = await member.channel()
      const fork = await channel.forge()
      const block = await channel.seal()
      await member.device.postBlocks(channel.id, [block.bytes])
      const problem = await expectProblem(await postTo(channel, fork.bytes), 'fork')
      expect(problem).toMatchObject({ expected: 1, head: toBase64url(block.statement.bytes) })
      const forks = await all(member.owner.forks(channel.id))
      expect(forks.map(({ seq, block: kept }) => [seq, toHex(kept)]))
        .toEqual([[0, toHex(fork.bytes)]])
    })

    test('what a device may not do is refused by its own name', async () => {
      expect.hasAssertions()
      const channel = await member.channel()
      const stranger = await createHousehold({ now: seconds() })
      await member.owner.registerIdentity(stranger.device.identity.changes)
      const forged = [
        ['channel-unknown', { by: stranger.device.signer }],
        ['chapter-closed', { chapter: 1 }],
        ['wrong-epoch', { epoch: 7 }],
        ['sealed-ahead', { sealed: seconds() + 700 }],
      ] as const
      for (const [code, wrong] of forged) {
        const { bytes } = await channel.forge(undefined, wrong)
        await expectProblem(await postTo(channel, bytes), code)
      }
      const other = await member.channel()
      const { bytes } = await other.forge()
      await expectProblem(await postTo(channel, bytes), 'wrong-channel')
      const unopened = await member.household.openChannel()
      await unopened.openChapter()
      await unopened.openEpoch()
      await expectProblem(await postTo(unopened, (await unopened.forge()).bytes), 'channel-unknown')
    })

    test('a changed byte in the signature, the body or the header is refused', async () => {
      expect.hasAssertions()
      const channel = await member.channel()
      const { bytes, statement, body } = await channel.forge()
      const flipped = (at: number) => bytes.map((byte, i) => i === at ? byte ^ 1 : byte)
      const inBody = bytes.length - (body?.length ?? 0) + 9
      const inSignature = 1 + statement.bytes.length - 40
      await expectProblem(await postTo(channel, flipped(inBody)), 'body-mismatch')
      await expectProblem(await postTo(channel, flipped(inSignature)), 'signature-invalid')
      await expectProblem(await postTo(channel, flipped(0)), 'block-malformed')
    })
  })

  describe('reading', () => {
    test('pages follow their links, and an unchanged page is not sent again', async () => {
      const channel = await member.channel()
      const sealed: Block[] = []
      for (let i = 0; i < 5; i++) sealed.push(await channel.seal())
      await member.device.postBlocks(channel.id, sealed.map((block) => block.bytes))
      const session = await signIn(url, member.household.owner.signer)
      const found: Bytes[] = []
      let pages = 0
      for (
        let next: string | undefined = `${url}/v1/channels/${channel.name}/blocks?limit=2`;
        next !== undefined;
        pages++
      ) {
        const page: Response = await session.get(next)
        expect(page.status).toBe(200)
        expect(page.headers.get('content-type')).toBe('application/cbor-seq')
        expect(page.headers.get('kilowit-head')).toBe('4')
        const etag = page.headers.get('etag')
        found.push(...splitSequence(new Uint8Array(await page.arrayBuffer()), 1000))
        const again = await session.get(next, { 'if-none-match': etag ?? '' })
        expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0])
        const link = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
        next = link === undefined ? undefined : new URL(link, url).href
      }
      expect(pages).toBe(3)
      expect(found.map(toHex)).toEqual(sealed.map((block) => toHex(block.bytes)))
    })

    test('a range of time gives the blocks that overlap it', async () => {
      const channel = await member.channel()
      const start = 1_763_000_000
      const sealed = [
        await channel.seal(readings(2, { from: start, step: 50 })),
        await channel.seal(readings(2, { from: start + 100, step: 50 })),
        await channel.seal(readings(2, { from: start + 200, step: 50 })),
      ]
      await member.device.postBlocks(channel.id, sealed.map((block) => block.bytes))
      const range = { from: start + 120, to: start + 160 }
      const found = await all(member.owner.blocks(channel.id, range))
      expect(found.map(toHex)).toEqual([toHex(sealed[1]?.bytes ?? new Uint8Array())])
    })

    test('the head and the channel say where it stands', async () => {
      const channel = await member.channel()
      const block = await channel.seal()
      await member.device.postBlocks(channel.id, [block.bytes])
      const head = await member.owner.head(channel.id)
      expect([head.seq, toHex(head.id), head.chapter, head.epoch])
        .toEqual([0, toHex(block.id), 0, 0])
      expect(toHex(head.statement ?? new Uint8Array())).toBe(toHex(block.statement.bytes))
      const info = await member.device.channel(channel.id)
      expect([info.head.seq, info.chapters.length, info.epoch]).toEqual([0, 1, 0])
      expect((await all(member.owner.epochs(channel.id))).map(toHex))
        .toEqual(channel.epochs.map(({ opened }) => toHex(opened.statement.bytes)))
    })

    test('a stream gives new blocks as they come, and resumes after the last id', async () => {
      const channel = await member.channel()
      const first = await channel.seal()
      await member.device.postBlocks(channel.id, [first.bytes])
      const session = await signIn(url, member.household.owner.signer)
      const address = `${url}/v1/channels/${channel.name}/stream`

      const stream = await session.get(`${address}?after=-1`)
      expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/)
      if (stream.body === null) throw new Error('No body')
      const events = readEvents(stream.body)
      expect((await events.next()).value).toMatchObject({ id: '0' })
      const second = await channel.seal()
      await member.device.postBlocks(channel.id, [second.bytes])
      expect((await events.next()).value)
        .toMatchObject({ id: '1', data: toBase64url(second.bytes) })
      await events.return?.(undefined)

      const third = await channel.seal()
      await member.device.postBlocks(channel.id, [third.bytes])
      const resumed = await session.get(`${address}?after=-1`, { 'last-event-id': '1' })
      if (resumed.body === null) throw new Error('No body')
      const rest = readEvents(resumed.body)
      expect((await rest.next()).value).toMatchObject({ id: '2', data: toBase64url(third.bytes) })
      await rest.return?.(undefined)
    })
  })

  describe('callers', () => {
    test('without a token, a proof or the right ones there is no answer', async () => {
      const channel = await member.channel()
      const address = `${url}/v1/channels/${channel.name}`
      const session = await signIn(url, member.household.owner.signer)
      const { token } = session
      const withProof = (dpop: string, scheme = 'DPoP') =>
        fetch(address, { headers: { authorization: `${scheme} ${token}`, dpop } })
      const fresh = () => session.proof('GET', address, { accessToken: token })

      const missing = await fetch(address)
      expect(missing.headers.get('www-authenticate')).toMatch(/^DPoP/)
      await expectProblem(missing, 'token-missing')
      await expectProblem(await withProof('nonsense'), 'proof-invalid')
      await expectProblem(
        await withProof(await session.proof('POST', address, { accessToken: token })),
        'proof-invalid',
      )
      await expectProblem(
        await withProof(await session.proof('GET', `${url}/v1/channels`, { accessToken: token })),
        'proof-invalid',
      )
      await expectProblem(await withProof(await session.proof('GET', address)), 'proof-invalid')
      const late = await session.proof('GET', address, {
        accessToken: token,
        now: seconds() - 3600,
      })
      await expectProblem(await withProof(late), 'clock-off')

      const once = await fresh()
      expect((await withProof(once)).status).toBe(200)
      await expectProblem(await withProof(once), 'proof-reused')

      const other = await signIn(url, member.household.owner.signer)
      const stolen = await other.proof('GET', address, { accessToken: token })
      expect((await withProof(stolen)).status).toBe(401)
      expect((await session.get(address)).status).toBe(200)
    })

    test('an assertion holds for this platform, for a short time, and once', async () => {
      const { signer } = member.household.owner
      const session = await signIn(url, signer)
      const ask = async (claims: Parameters<typeof askForToken>[3]) =>
        await askForToken(url, signer, await session.proof('POST', `${url}/v1/token`), claims)
      const jti = random()
      expect((await ask({ jti })).status).toBe(200)
      for (
        const claims of [{ jti }, { audience: 'https://other.example' }, { now: seconds() - 3600 }]
      ) {
        const refused = await ask(claims)
        expect(refused.status).toBeGreaterThanOrEqual(400)
        expect(await refused.json()).toMatchObject({
          error: expect.any(String),
          error_description: expect.any(String),
        })
      }
    })

    test("somebody else's channel is as unknown as one that is not there", async () => {
      const channel = await member.channel()
      const neighbour = await join(url)
      const session = await signIn(url, neighbour.household.owner.signer)
      const theirs = await session.get(`${url}/v1/channels/${channel.name}`)
      const nobodys = await session.get(`${url}/v1/channels/${random().slice(0, 21)}A`)
      expect({ ...await expectProblem(theirs, 'channel-unknown'), requestId: '' })
        .toEqual({ ...await expectProblem(nobodys, 'channel-unknown'), requestId: '' })
      await expect(neighbour.owner.openChapter((await channel.openChapter()).statement.bytes))
        .rejects.toThrow(ApiProblem)
    })

    test('an identity that forks is refused', async () => {
      const { household } = await join(url)
      const other = await createHousehold({ now: seconds() })
      const mixed = [...household.owner.identity.changes, ...other.owner.identity.changes]
      await expect(clientOf(url).registerIdentity(mixed)).rejects.toMatchObject({ status: 422 })
      expect((await clientOf(url).registerIdentity(household.owner.identity.changes)).seq).toBe(0)
    })
  })

  describe('limits and mistakes', () => {
    test('compressed, mistyped, oversized and overfull bodies are refused', async () => {
      const channel = await member.channel()
      const path = `/v1/channels/${channel.name}/blocks`
      const { bytes } = await channel.forge()
      await expectProblem(
        await post(path, bytes, { 'content-encoding': 'gzip' }),
        'encoding-not-accepted',
      )
      await expectProblem(
        await post(path, bytes, { 'content-type': 'application/json' }),
        'content-type-not-accepted',
      )
      await expectProblem(await post(path, new Uint8Array(4 * 1024 * 1024 + 1)), 'body-too-large')
      const many = await post(path, new Uint8Array(1001).fill(0x80))
      expect(many.status).toBeGreaterThanOrEqual(400)
      expect(many.headers.get('content-type')).toBe('application/problem+json')
      await expectProblem(await post(path, new Uint8Array(0)), 'block-malformed')
    })

    test('what is not there, and what is not done there, is a problem that can be read', async () => {
      await expectProblem(await fetch(`${url}/v1/nothing`), 'not-found')
      const wrong = await fetch(`${url}/v1/identities`, { method: 'DELETE' })
      expect(wrong.headers.get('allow')).toContain('POST')
      await expectProblem(wrong, 'method-not-allowed')
      for (const code of Object.keys(PROBLEMS)) {
        const about = await fetch(`${url}/problems/${code}`)
        expect([code, about.status]).toEqual([code, 200])
        expect(await about.text()).toContain(code)
      }
    })

    test('a device that sends too much is told to wait', async () => {
      const channel = await (await join(url)).channel()
      const { bytes } = await channel.forge(undefined, { seq: 9 })
      const refused = async () => {
        for (let i = 0; i < 3000; i += 50) {
          const answers = await Promise.all(
            Array.from({ length: 50 }, () => postTo(channel, bytes)),
          )
          const found = answers.find(({ status }) => status === 429)
          if (found !== undefined) return found
          await Promise.all(answers.map((answer) => answer.arrayBuffer()))
        }
        throw new Error('Never told to wait')
      }
      const told = await refused()
      expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0)
      await expectProblem(told, 'too-many-requests')
    })
  })

  describe('operation', () => {
    test('health, readiness and version answer', async () => {
      for (const path of ['/healthz', '/readyz', '/version']) {
        expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
      }
    })

    test('the metrics count requests and name no channel and no identity', async () => {
      const channel = await member.channel()
      await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
      const response = await fetch(`${url}/metrics`)
      expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
      const text = await response.text()
      expect(text).toMatch(/^# TYPE kilowit_/m)
      expect(text).not.toContain(channel.name)
      expect(text).not.toContain(toBase64url(member.household.owner.identity.id))
    })

    test('the API describes itself in OpenAPI 3.1', async () => {
      const description: { openapi: string; paths: Record<string, unknown> } =
        await (await fetch(`${url}/openapi.json`)).json()
      expect(description.openapi).toMatch(/^3\.1\./)
      expect(Object.keys(description.paths)).toEqual(
        expect.arrayContaining(['/v1/identities', '/v1/channels/{channel}/blocks', '/v1/token']),
      )
    })

    test("the app's pages come with a strict policy, and a missing file is missing", async () => {
      for (const path of ['/', '/channels/of/mine', '/reference']) {
        const page = await fetch(url + path, { headers: { accept: 'text/html,*/*;q=0.8' } })
        expect(page.status).toBe(200)
        expect(page.headers.get('content-type')).toMatch(/^text\/html/)
        expect(page.headers.get('cache-control')).toBe('no-cache')
        expect(page.headers.get('content-security-policy')).toBe(
          "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self'; " +
            "img-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; " +
            "form-action 'self'; require-trusted-types-for 'script'; trusted-types kilowit-scripts",
        )
        expect(/\baccept(,|$)/.test(page.headers.get('vary') ?? '')).toBe(path.includes('mine'))
        expect(page.headers.get('permissions-policy')).toBe('serial=(self), usb=(self)')
        expect(page.headers.get('x-content-type-options')).toBe('nosniff')
        const title = path === '/reference' ? 'Kilowit API' : 'Kilowit'
        expect(await page.text()).toMatch(new RegExp(`^<!doctype html>[^]*<title>${title}</title>`))
      }
      expect((await fetch(`${url}/assets/none-12345678.js`)).status).toBe(404)
      for (const path of ['/livez', '/metrics/x', '/api', '/channels/of/mine']) {
        await expectProblem(await fetch(url + path), 'not-found')
      }
    })
  })

  test('every answer that was seen here is as the OpenAPI document says', () => {
    expect(documented.faults()).toEqual([])
    expect(documented.seen()).toBeGreaterThan(15)
  })
})
