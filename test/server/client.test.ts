/** The client takes no answer on trust: neither its size, nor its shape, nor that it ends. */
import { describe, expect, test } from 'vitest'
import { ApiProblem, createClient } from '../../shared/api/client.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { NOBODY } from '../../shared/identity/statement.ts'
import { all } from './platform.ts'

const SEQUENCE = 'application/cbor-seq'
const CHANNEL = new Uint8Array(16)
const TOKEN = { access_token: 'a.b.c', token_type: 'DPoP', expires_in: 600 }

/** A platform that gives tokens, and otherwise answers as it is told. */
async function clientOf(answer: (url: string) => Response) {
  const asked: string[] = []
  const client = createClient({
    url: 'https://kilowit.test',
    fetch: (url) => {
      if (url.endsWith('/v1/token')) return Promise.resolve(Response.json(TOKEN))
      asked.push(url)
      if (asked.length > 9) throw new TypeError('Asked for ever')
      return Promise.resolve(answer(url))
    },
    now: () => 1_773_144_000,
    signer: signer(NOBODY, 0, await generateSigningKey()),
    retries: 0,
  })
  return { client, asked }
}

const page = (bytes: number[] | ReadableStream, next?: string): Response =>
  new Response(bytes instanceof ReadableStream ? bytes : new Uint8Array(bytes), {
    headers: {
      'Content-Type': SEQUENCE,
      ...(next === undefined ? {} : { Link: `<https://kilowit.test/x?${next}>; rel="next"` }),
    },
  })

describe('pages of blocks', () => {
  test('go on as long as the next link does, with what was asked for', async () => {
    const { client, asked } = await clientOf((url) =>
      url.includes('after=7') ? page([2]) : page([1], 'after=7&limit=100&from=1')
    )
    const found = await all(client.blocks(CHANNEL, { after: 5, limit: 2 }))
    expect(found).toEqual([new Uint8Array([1]), new Uint8Array([2])])
    expect(asked.map((url) => url.split('?')[1])).toEqual(['after=5&limit=2', 'after=7&limit=2'])
  })

  test.for(
    [
      ['the same place', [1], 'after=5'],
      ['a place before', [1], 'after=4'],
      ['no place', [1], 'limit=9'],
      ['a place that is no number', [1], 'after=-'],
      ['anywhere, after a page without blocks', [], 'after=6'],
    ] as const,
  )('do not go on to %s', async ([, bytes, next]) => {
    const { client, asked } = await clientOf(() => page([...bytes], next))
    await expect(all(client.blocks(CHANNEL, { after: 5 }))).rejects.toThrow(ApiProblem)
    expect(asked).toHaveLength(1)
  })

  test('are read to 32 MiB and no further', async () => {
    let sent = 0
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          sent += 1024 * 1024
          if (sent > 64 * 1024 * 1024) controller.close()
          else controller.enqueue(new Uint8Array(1024 * 1024))
        },
      })
    const { client } = await clientOf(() => page(endless()))
    await expect(all(client.blocks(CHANNEL))).rejects.toThrow(/larger/)
    expect(sent).toBeLessThan(40 * 1024 * 1024)
  })

  test('that are something else are a problem with the platform, not with a block', async () => {
    const { client } = await clientOf(() => new Response('<h1>Log in</h1>'))
    await expect(all(client.blocks(CHANNEL))).rejects.toThrow(ApiProblem)
  })
})

test('an answer without the shape of the API is a problem of its own', async () => {
  const { client } = await clientOf(() => Response.json({ hello: 1 }))
  await expect(client.channel(CHANNEL)).rejects.toThrow(ApiProblem)
  const other = await clientOf(() => new Response('<h1>Log in</h1>'))
  await expect(other.client.channel(CHANNEL)).rejects.toThrow(ApiProblem)
})

test('a list that comes to the same page again has ended', async () => {
  const { client, asked } = await clientOf(() => Response.json({ data: ['AQ'], next: '1' }))
  expect(await all(client.epochs(CHANNEL))).toHaveLength(2)
  expect(asked).toHaveLength(2)
})
