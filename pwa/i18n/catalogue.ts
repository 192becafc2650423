/**
 * What every catalogue of messages has: the keys of English, each with a plural where English has
 * one.
 *
 * @module
 */
import type { en } from './en.ts'

export type English = typeof en
export type Key = keyof English

export interface Plural {
  readonly one: string
  readonly other: string
}

/** Every key of English, with a plural where English has one. */
export type Catalogue = { readonly [K in Key]: English[K] extends string ? string : Plural }
