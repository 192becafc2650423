/**
 * A household's way in, from registration to reading back, with damaged copies of every step sent
 * before it: what is good must still be taken, and exactly that be there in the end.
 *
 * @module
 */
import { concat, toHex } from '../../shared/bytes.ts'
import { splitSequence } from '../../shared/cbor.ts'
import { CBOR, CBOR_SEQUENCE } from '../../shared/api/schemas.ts'
import { createHousehold } from '../rig/household.ts'
import { NOW } from '../server/platform.ts'
import type { Dice } from './dice.ts'
import { damage } from './hostile.ts'
import type { Case } from './requests.ts'
import { arrayOf, type Session, signIn, type World } from './world.ts'

/** Sends one case, holds it against the law, and gives status and body. */
export type Send = (made: Case) => Promise<{ status: number; body: Uint8Array<ArrayBuffer> }>

const DAMAGED = 3

/** @throws {Error} when a good step is refused, or what is read back is not what was sent */
export async function journey(world: World, random: Dice, send: Send): Promise<void> {
  const household = await createHousehold({ now: NOW })
  const { owner, device, pairing } = household

  async function step(
    path: string,
    body: Uint8Array<ArrayBuffer>,
    by: Session | null = null,
  ): Promise<void> {
    const type = path.endsWith('/blocks') ? CBOR_SEQUENCE : CBOR
    for (let i = 0; i <= DAMAGED; i++) {
      const sent = i < DAMAGED ? damage(body, random) : body
      const made = await request(world, 'POST', path, by, sent, type)
      const { status } = await send(made)
      if (i === DAMAGED && status >= 300) throw new Error(`A good ${path} was refused: ${status}`)
    }
  }

  await step('/v1/identities', arrayOf(owner.identity.changes))
  await step('/v1/identities', arrayOf(device.identity.changes))
  const session = await signIn(world, owner.signer)
  await step('/v1/pairings', pairing.bytes, session)
  const channel = await household.openChannel()
  await step('/v1/channels', channel.opening.statement.bytes, session)
  await step('/v1/chapters', (await channel.openChapter()).statement.bytes, session)
  const blocks = `/v1/channels/${channel.name}/blocks`
  await step(blocks, (await channel.openEpoch()).opened.statement.bytes)
  for (let i = 0; i < 2; i++) {
    await step(blocks, concat((await channel.seal()).bytes, (await channel.seal()).bytes))
  }
  const { status, body } = await send(await request(world, 'GET', blocks, session))
  if (status !== 200) throw new Error(`Reading back was refused: ${status}`)
  const found = splitSequence(body, 100).map(toHex)
  const expected = channel.blocks.map((block) => toHex(block.bytes))
  if (found.join() !== expected.join()) {
    throw new Error(`${found.length} blocks were read back, ${expected.length} were sent`)
  }
}

async function request(
  world: World,
  method: string,
  path: string,
  by: Session | null,
  body: Uint8Array<ArrayBuffer> | null = null,
  type?: string,
): Promise<Case> {
  const headers: Record<string, string> = {}
  if (type !== undefined) headers['Content-Type'] = type
  if (body !== null) headers['Content-Length'] = String(body.length)
  if (by !== null) {
    headers['Authorization'] = `DPoP ${by.token}`
    headers['DPoP'] = await world.proof(by, method, path, by.token)
  }
  return { method, path, headers, body }
}
