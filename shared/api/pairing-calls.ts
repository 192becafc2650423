/**
 * The client's calls about pairing rooms, in which a device and its owner meet by a code.
 *
 * @module
 */
import type * as v from 'valibot'
import { type Bytes, fromBase64url, toBase64url } from '../bytes.ts'
import { encode } from '../cbor.ts'
import { CBOR, RoomOpenedSchema, RoomSaidSchema, RoomSchema } from './schemas.ts'
import type { Call } from './transport.ts'

export interface RoomMessage {
  /** Its place: the device's offer is 0. */
  readonly n: number
  readonly by: 'device' | 'owner'
  readonly message: Bytes
}

export interface RoomInfo {
  readonly messages: readonly RoomMessage[]
  /** When the room is over; seconds since 1970, UTC. */
  readonly expires: number
}

export interface PairingClient {
  /** Opens a room with the device's offer; the one that it had before is closed. */
  openPairingRoom(room: Bytes, offer: Bytes): Promise<{ expires: number }>
  /**
   * What was said in a room, or after the message `after`: that is waited for up to 25 seconds.
   *
   * @throws {ApiProblem} `room-unknown` where the code is wrong or its time is over
   */
  pairingRoom(room: Bytes, options?: { readonly after?: number }): Promise<RoomInfo>
  /** Says something: `n` is how many messages there were before it. */
  addRoomMessage(room: Bytes, n: number, message: Bytes): Promise<void>
  closePairingRoom(room: Bytes): Promise<void>
}

export interface PairingCallsOptions {
  readonly json: <S extends v.GenericSchema>(
    schema: S,
    call: Call,
  ) => Promise<v.InferOutput<S>>
  readonly send: (call: Call) => Promise<unknown>
  readonly get: (path: string, token: boolean) => Call
  readonly post: (path: string, type: string, body: Bytes, token: boolean) => Call
}

const ROOMS = '/v1/pairing-rooms'

export function pairingCalls({ json, send, get, post }: PairingCallsOptions): PairingClient {
  const pathOf = (room: Bytes) => `${ROOMS}/${toBase64url(room)}`
  return {
    async openPairingRoom(room, offer) {
      const call = post(ROOMS, CBOR, encode([room, offer]), true)
      const { expires } = await json(RoomOpenedSchema, call)
      return { expires }
    },

    async pairingRoom(room, { after } = {}) {
      const search = after === undefined ? '' : `?after=${after}`
      const { data, expires } = await json(RoomSchema, get(pathOf(room) + search, true))
      const messages = data.map(({ message, ...place }) => ({
        ...place,
        message: fromBase64url(message),
      }))
      return { messages, expires }
    },

    async addRoomMessage(room, n, message) {
      await json(RoomSaidSchema, post(`${pathOf(room)}/messages`, CBOR, encode([n, message]), true))
    },

    async closePairingRoom(room) {
      await send({ ...get(pathOf(room), true), method: 'DELETE' })
    },
  }
}
