/**
 * What streams wait for: that a channel's head goes beyond a place.
 *
 * @module
 */
import { inArray } from 'drizzle-orm'
import { channels } from '../schema.ts'
import { type Watch, watch } from '../watch.ts'

export type Heads = Watch

/** @param pause milliseconds between two looks */
export function watchHeads(shared: boolean, pause: number): Heads {
  return watch(
    shared,
    pause,
    async ({ db }, asked) =>
      await db.select({ id: channels.id, seq: channels.headSeq }).from(channels)
        .where(inArray(channels.id, asked)),
  )
}
