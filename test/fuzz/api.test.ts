/**
 * The API under hostile requests, in process on a real database: no fault of ours, and no answer
 * that is not documented. `npm run soak` sends a million.
 *
 * @module
 */
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../server/platform.ts'
import { fuzz } from './run.ts'
import { createWorld, type World } from './world.ts'

const CASES = 20_000

let platform: Platform
let world: World
beforeAll(async () => {
  platform = await startPlatform({ limits: { roomWait: 20 } })
  world = await createWorld(platform)
})
afterAll(() => platform.close())

test(`no answer to ${CASES} hostile requests breaks the law`, async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
  const rate = { perSecond: 1, burst: 3 }
  const strict = platform.another({ limits: { network: rate, device: rate, roomWait: 20 } })
  const tally = await fuzz(world, { seed, cases: CASES, strict })
  // What was never reached proves nothing.
  expect([...tally.statuses.keys()]).toEqual(expect.arrayContaining(REACHED))
  expect([...tally.codes.keys()]).toEqual(expect.arrayContaining(CODES))
  process.stdout.write(
    `${tally.cases} requests of seed ${seed}: ${tally.statuses.size} kinds of answer, ` +
      `${tally.codes.size} of problem\n`,
  )
}, 300_000)

const REACHED = [
  'GET /problems/{code} 200',
  'GET /v1/channels 200',
  'GET /v1/channels 400',
  'GET /v1/channels/{channel} 200',
  'GET /v1/channels/{channel} 404',
  'GET /v1/channels/{channel}/blocks 200',
  'GET /v1/channels/{channel}/epochs 200',
  'GET /v1/channels/{channel}/forks 200',
  'GET /v1/channels/{channel}/head 200',
  'GET /v1/channels/{channel}/stream 200',
  'GET /v1/channels/{channel}/stream 401',
  'GET /v1/identities/{id} 200',
  'GET /v1/pairings 200',
  'GET /v1/pairings/{other}/steps 200',
  'POST /v1/pairings/{other}/steps 200',
  'GET /v1/grants 200',
  'GET /v1/grants/{grant} 200',
  'GET /v1/grants/{grant} 404',
  'DELETE /v1/grants/{grant} 404',
  'GET /v1/grants/{grant}/access 200',
  'GET /v1/grants/{grant}/keys 200',
  'GET /v1/history 200',
  'POST /v1/history 200',
  'POST /v1/history 201',
  'POST /v1/history 422',
  'POST /v1/pairing-rooms 201',
  'GET /v1/pairing-rooms/{room} 200',
  'GET /v1/pairing-rooms/{room} 404',
  'POST /v1/pairing-rooms/{room}/messages 409',
  'DELETE /v1/pairing-rooms/{room} 204',
  'GET /v1/requests 200',
  'GET /v1/requests/{id} 200',
  'POST /v1/request-codes 200',
  'POST /v1/request-codes 404',
  'POST /v1/requests/{id}/code 200',
  'POST /v1/requests/{id}/redirect 200',
  'POST /v1/grants/{grant}/steps 200',
  'POST /v1/wraps 201',
  'POST /v1/wraps 422',
  'POST /v1/channels 201',
  'POST /v1/channels/{channel}/blocks 200',
  'POST /v1/channels/{channel}/blocks 409',
  'POST /v1/chapters 201',
  'POST /v1/identities 201',
  'POST /v1/pairings 201',
  'POST /v1/token 200',
  'POST /v1/token 400',
  'OPTIONS elsewhere 405',
  'x elsewhere 404',
]

const CODES = [
  'block-malformed',
  'body-mismatch',
  'body-too-large',
  'channel-unknown',
  'code-unknown',
  'content-type-not-accepted',
  'encoding-not-accepted',
  'epoch-taken',
  'event-refused',
  'fork',
  'grant-unknown',
  'identity-forked',
  'identity-invalid',
  'identity-unknown',
  'method-not-allowed',
  'not-allowed',
  'not-found',
  'proof-invalid',
  'query-malformed',
  'request-unknown',
  'room-moved',
  'room-unknown',
  'signature-invalid',
  'statement-malformed',
  'token-invalid',
  'token-missing',
  'too-many-guesses',
  'too-many-requests',
  'wraps-refused',
]
