/**
 * Many at once: devices beside each other, two processes on one channel, posts that share a
 * transaction with one that fails, and a database that is away.
 *
 * @module
 */
import postgres from 'postgres'
import { describe, expect, test } from 'vitest'
import { committer } from '../../server/blocks/commit.ts'
import type { Outcome, Verdict } from '../../server/blocks/accept.ts'
import { type Post, readPost } from '../../server/blocks/post.ts'
import { database } from '../../server/database.ts'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { createHousehold, type TestChannel } from '../rig/household.ts'
import { freePort } from '../rig/process.ts'
import { startTestServer } from '../rig/postgres.ts'
import { withMember } from './member.ts'
import {
  all,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  post,
  register,
  startPlatform,
} from './platform.ts'

describe.each(['group', 'single'] as const)('commit %s', (commit) => {
  let platform: Platform
  let member: Member

  withMember((at) => ({ platform, member } = at), { commit })

  test('posts of many devices at once are all taken, each in its order', async () => {
    const members = await Promise.all(Array.from({ length: 12 }, () => register(platform)))
    const channels = await Promise.all(members.map(openedChannel))
    await Promise.all(channels.map(async (channel) => {
      for (let i = 0; i < 8; i++) {
        const answer = await post(platform.app, channel, (await channel.seal()).bytes)
        expect(answer).toMatchObject({ status: 200, answer: { taken: 1, head: { seq: i } } })
      }
    }))
    for (const [i, channel] of channels.entries()) {
      const kept = await all(members[i]?.owner.blocks(channel.id) ?? [])
      expect(kept).toEqual(channel.blocks.map((block) => block.bytes))
    }
  })

  test('of two blocks for one place, posted to two processes, exactly one wins', async () => {
    const channel = await openedChannel(member)
    const second = platform.another({ commit })
    let place: { seq: number; prev: Bytes } = { seq: 0, prev: channel.head()[1] }
    for (let seq = 0; seq < 10; seq++) {
      const rivals = [
        await channel.forge(undefined, place),
        await channel.forge(undefined, place),
      ]
      const answers = await Promise.all(
        rivals.map((rival, i) => post(i === 0 ? platform.app : second, channel, rival.bytes)),
      )
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200, 409]))
      const winner = rivals[answers.findIndex((answer) => answer.status === 200)]
      if (winner === undefined) throw new Error('Nobody won')
      place = { seq: seq + 1, prev: winner.id }
      const head = await member.device.head(channel.id)
      expect([head.seq, head.id]).toEqual([seq, winner.id])
    }
    expect(await all(member.owner.forks(channel.id))).toHaveLength(10)
    await checkChain(channel, member)
  })

  test('the same post many times at once is taken once', async () => {
    const channel = await openedChannel(member)
    const blocks = [await channel.seal(), await channel.seal(), await channel.seal()]
    const bytes = blocks.map((block) => block.bytes)
    const second = platform.another({ commit })
    const answers = await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) => post(i % 2 === 0 ? platform.app : second, channel, ...bytes),
      ),
    )
    for (const answer of answers) expect(answer).toEqual({ ...answer, answer: answers[0]?.answer })
    await checkChain(channel, member)
  })
})

async function checkChain(channel: TestChannel, member: Member): Promise<void> {
  let prev = await statementId(channel.opening.statement)
  for (const [i, bytes] of (await all(member.owner.blocks(channel.id))).entries()) {
    const block = await readBlock(bytes)
    expect(block.header.seq).toBe(i)
    expect(block.header.prev).toEqual(prev)
    prev = block.id
  }
}

describe('committer()', () => {
  const done: Outcome = {
    taken: 1,
    kept: [],
    head: { seq: 0, id: new Uint8Array(32) },
    refusal: null,
    blocks: 1,
    readings: 1,
    forks: 0,
  }
  const nowhere = database(postgres({ max: 0 }))
  const postOf = (size: number): Post => ({
    channel: new Uint8Array(16),
    items: [],
    refusal: null,
    size,
  })

  test('gathers what comes while a transaction runs', async () => {
    const sizes: number[] = []
    const submit = committer('group', async (_, posts) => {
      sizes.push(posts.length)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return posts.map((): Verdict => done)
    })
    await Promise.all(Array.from({ length: 100 }, () => submit(nowhere, postOf(1))))
    expect(sizes).toEqual([1, 64, 35])
  })

  test('bounds a group by its bytes, and takes a large post alone', async () => {
    const sizes: number[] = []
    const submit = committer('group', (_, posts) => {
      sizes.push(posts.length)
      return Promise.resolve(posts.map((): Verdict => done))
    })
    const mebibyte = 1024 * 1024
    const posts = [1, 4, 4, 4, 4].map((size) => postOf(size * mebibyte))
    await Promise.all(posts.map((post) => submit(nowhere, post)))
    expect(sizes).toEqual([1, 2, 2])
  })

  test("one post's fault is its own: the others are tried again, each alone", async () => {
    const bad = postOf(13)
    const submit = committer('group', (_, posts) => {
      if (posts.includes(bad)) return Promise.reject(new Error('This post cannot be written'))
      return Promise.resolve(posts.map((): Verdict => done))
    })
    const answers = await Promise.allSettled(
      [postOf(1), postOf(1), bad, postOf(1)].map((post) => submit(nowhere, post)),
    )
    expect(answers.map((answer) => answer.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
  })

  test('refuses more than may wait', async () => {
    const submit = committer('group', () => new Promise(() => undefined))
    const large = () => submit(nowhere, postOf(32 * 1024 * 1024))
    void large()
    void large()
    void large()
    expect(large).toThrow('Too many requests')
  })
})

test('without a database the answer is 503 and nothing is half-done', async () => {
  const platform = await startPlatform()
  try {
    const channel = await openedChannel(await register(platform))
    const away = postgres({ host: '127.0.0.1', port: await freePort(), max: 2, connect_timeout: 2 })
    const app = platform.another({ database: () => database(away) })
    const block = await channel.seal()
    const refused = await post(app, channel, block.bytes)
    expect(refused).toMatchObject({ status: 503, answer: { code: 'database-unavailable' } })
    expect(refused.headers.get('Retry-After')).toBe('2')
    for (const path of [`/v1/identities/${'A'.repeat(43)}`]) {
      expect([path, (await app.request(path)).status]).toEqual([path, 503])
    }
    const ready = await app.request('/readyz')
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ code: 'not-ready', check: 'database' })
    expect((await app.request('/healthz')).status).toBe(200)
    await away.end({ timeout: 0 })
    expect(await post(platform.app, channel, block.bytes)).toMatchObject({ status: 200 })
  } finally {
    await platform.close()
  }
})

test('a database that takes requests and answers none is 503, and goes on when it can', async () => {
  const platform = await startPlatform()
  try {
    const channel = await openedChannel(await register(platform))
    const app = platform.another({ limits: { answer: 200 } })
    const block = await channel.seal()
    const holder = await platform.sql.reserve()
    await holder`begin`
    await holder`select from channels where id = ${channel.id} for update`
    expect(await post(app, channel, block.bytes)).toMatchObject({
      status: 503,
      answer: { code: 'database-unavailable' },
    })
    await holder`commit`
    holder.release()
    expect(await post(app, channel, block.bytes)).toMatchObject({ status: 200 })
  } finally {
    await platform.close()
  }
})

test('a post in the names of many who are not known looks one of them up', async () => {
  const household = await createHousehold({ now: NOW })
  const channel = await household.openChannel()
  await channel.openChapter()
  await channel.openEpoch()
  const blocks = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    const identity = crypto.getRandomValues(new Uint8Array(32))
    return (await channel.forge(undefined, {
      by: { ...household.device.signer, identity },
      seq: i,
    })).bytes
  }))
  const asked: string[] = []
  const none = (_: unknown, id: Bytes) => {
    asked.push(id.join())
    return Promise.resolve(null)
  }
  const identities = { newest: none, atLeast: none, holds: () => Promise.resolve(false) }
  const away = database(postgres({ max: 0 }))
  const read = await readPost({}, identities, away, channel.id, concat(...blocks), 1000, false)
  expect(read).toMatchObject({ items: [], refusal: { code: 'device-not-paired' } })
  expect(new Set(asked).size).toBe(1)
})

test('a crash of Postgres under load loses nothing that was acknowledged', async () => {
  const server = await startTestServer()
  const platform = await startPlatform({}, await server.database())
  try {
    const members = await Promise.all(Array.from({ length: 4 }, () => register(platform)))
    const channels = await Promise.all(members.map(openedChannel))
    let failures = 0
    const over = new AbortController()
    const acknowledged = channels.map(() => 0)
    const traffic = channels.map(async (channel, i) => {
      while (!over.signal.aborted) {
        const block = await channel.seal()
        for (;;) {
          const { status } = await post(platform.app, channel, block.bytes)
          if (status === 200) break
          expect(status).toBe(503)
          failures++
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        acknowledged[i] = (acknowledged[i] ?? 0) + 1
      }
    })
    for (let crash = 0; crash < 3; crash++) {
      const before = acknowledged.reduce((a, b) => a + b)
      while (acknowledged.reduce((a, b) => a + b) < before + 40) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await server.restart('immediate')
    }
    over.abort()
    await Promise.all(traffic)
    expect(failures).toBeGreaterThan(0)
    for (const [i, channel] of channels.entries()) {
      const kept = await all(members[i]?.owner.blocks(channel.id) ?? [])
      expect(kept).toEqual(channel.blocks.map((block) => block.bytes))
      expect(kept).toHaveLength(acknowledged[i] ?? -1)
    }
  } finally {
    await platform.close()
    await server.close()
  }
}, 90_000)
