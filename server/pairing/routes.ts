/**
 * Routes of pairing rooms.
 *
 * @module
 */
import { Hono } from 'hono'
import * as v from 'valibot'
import { CBOR, RoomOpenedSchema, RoomSaidSchema, RoomSchema } from '../../shared/api/schemas.ts'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import { decode } from '../../shared/cbor.ts'
import { MAX_PAIRING_MESSAGE } from '../../shared/identity/pairing-exchange.ts'
import { readBody } from '../body.ts'
import { type AppContext, type AppEnv, type Authenticate, type Deps, mapKey } from '../context.ts'
import { describe, query } from '../describe.ts'
import { type Limits, places } from '../limits.ts'
import { parseId, parsing } from '../parse.ts'
import { ProblemError } from '../problems.ts'
import { addMessage, closeRoom, enterRoom, openRoom, readRoom } from './rules.ts'
import { watchRooms } from './store.ts'

const ROOM = {
  name: 'room',
  in: 'path',
  required: true,
  description: 'The room’s name, which comes from the code: 16 bytes in base64url',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
} as const

/** Of the CBOR around a message. */
const FRAME = 64

const message = v.pipe(
  v.custom<Bytes>((x) => x instanceof Uint8Array),
  v.minLength(1),
  v.maxLength(MAX_PAIRING_MESSAGE),
)
const OpenSchema = v.strictTuple([
  v.pipe(v.custom<Bytes>((x) => x instanceof Uint8Array), v.length(16)),
  message,
])
const SaySchema = v.strictTuple([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)),
  message,
])
const AfterSchema = v.object({
  after: v.optional(v.pipe(v.string(), v.regex(/^(-1|\d{1,4})$/), v.transform(Number))),
})

export function pairingRoutes(
  deps: Deps,
  limits: Limits,
  authenticate: Authenticate,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const waiting = places(limits.streams)
  const networkWaiting = places(limits.networkStreams)
  const rooms = watchRooms(deps.commit === 'group', limits.streamPoll)

  async function body<S extends v.GenericSchema>(c: AppContext, schema: S) {
    const bytes = await readBody(c, CBOR, MAX_PAIRING_MESSAGE + FRAME)
    const parsed = v.safeParse(schema, await parsing('body-malformed', () => decode(bytes)))
    if (!parsed.success) throw new ProblemError('body-malformed')
    return parsed.output
  }

  async function entered(c: AppContext) {
    const id = parseId(c.req.param('room'), 16)
    return await enterRoom(deps, c.get('database'), c.get('caller'), id, c.get('network'))
  }

  app.post(
    '/v1/pairing-rooms',
    describe({
      group: 'Pairing',
      summary: 'Open a room to be paired in',
      description: 'For ten minutes, or until the device opens another one.',
      body: [CBOR, '`[room, message]`: the room’s name and the device’s offer'],
      token: true,
      answers: { 200: ['Opened before', RoomOpenedSchema], 201: ['Opened', RoomOpenedSchema] },
      problems: ['not-allowed', 'room-taken'],
    }),
    authenticate,
    async (c) => {
      const [id, offer] = await body(c, OpenSchema)
      const { expires, created } = await openRoom(
        deps,
        c.get('database'),
        c.get('caller'),
        id,
        offer,
      )
      return c.json({ room: toBase64url(id), expires }, created ? 201 : 200)
    },
  )

  app.get(
    '/v1/pairing-rooms/:room',
    describe({
      group: 'Pairing',
      summary: 'What was said in a room',
      description:
        'For its device, and for owners who know its name. With `after` it waits up to ' +
        '25 seconds for a message that comes after that one. Five wrong names in ten minutes are ' +
        'the most.',
      parameters: [ROOM],
      token: true,
      answers: { 200: ['Messages, in their order', RoomSchema] },
      problems: ['not-allowed', 'room-unknown', 'too-many-guesses', 'query-malformed'],
    }),
    authenticate,
    query(AfterSchema),
    async (c) => {
      const { after } = c.req.valid('query')
      const database = c.get('database')
      const room = await entered(c)
      const until = deps.now() + limits.roomWait / 1000
      const place = waiting.take(mapKey(c.get('caller').id), until, deps.now())
      const shared = networkWaiting.take(c.get('network'), until, deps.now())
      try {
        if (place === null || shared === null) {
          throw new ProblemError('too-many-requests', {}, { 'Retry-After': '1' })
        }
        const read = async () => {
          const messages = await readRoom(deps, database, room, after ?? -1)
          if (messages === null) throw new ProblemError('room-unknown')
          return messages
        }
        const { signal } = c.req.raw
        let messages = await read()
        for (let waited = 0; after !== undefined; waited += limits.streamPoll) {
          if (messages.length > 0 || waited >= limits.roomWait || signal.aborted) break
          if (await rooms.beyond(database, room.id, after, signal)) messages = await read()
        }
        const data = messages.map(({ n, author, message: said }) => {
          const by = equal(author, room.device) ? 'device' : 'owner'
          return { n, by, message: toBase64url(said) }
        })
        return c.json({ data, expires: room.expires })
      } finally {
        place?.()
        shared?.()
      }
    },
  )

  app.post(
    '/v1/pairing-rooms/:room/messages',
    describe({
      group: 'Pairing',
      summary: 'Say something in a room',
      description: 'Owners may answer five times in all; the device says one thing after that.',
      body: [CBOR, '`[n, message]`: its number, which is how many there were before it'],
      parameters: [ROOM],
      token: true,
      answers: { 200: ['Said before', RoomSaidSchema], 201: ['Said', RoomSaidSchema] },
      problems: ['not-allowed', 'room-unknown', 'room-moved', 'room-closed', 'too-many-guesses'],
    }),
    authenticate,
    async (c) => {
      const [n, said] = await body(c, SaySchema)
      const room = await entered(c)
      const created = await addMessage(deps, c.get('database'), c.get('caller'), room, n, said)
      rooms.moved(room.id, n)
      return c.json({ n }, created ? 201 : 200)
    },
  )

  app.delete(
    '/v1/pairing-rooms/:room',
    describe({
      group: 'Pairing',
      summary: 'Close a room',
      description: 'By its device, when it is paired or shows its code no more.',
      parameters: [ROOM],
      token: true,
      answers: { 204: ['Closed'] },
      problems: ['not-allowed', 'room-unknown'],
    }),
    authenticate,
    async (c) => {
      const id = parseId(c.req.param('room'), 16)
      await closeRoom(deps, c.get('database'), c.get('caller'), id)
      return c.body(null, 204)
    },
  )

  return app
}
