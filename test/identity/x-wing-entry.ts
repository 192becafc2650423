/**
 * What runs in every runtime: something sealed to an X-Wing key there, and something opened.
 *
 * @module
 */
import { fromHex, fromUtf8, toHex, utf8 } from '../../shared/bytes.ts'
import { suiteOf } from '../../shared/identity/hpke.ts'

/** A key pair and what was sealed to it; in hex. */
export interface Question {
  readonly privateKey: string
  readonly publicKey: string
  readonly enc: string
  readonly sealed: string
}

export interface Answer {
  /** As text. */
  readonly opened: string
  /** In hex. */
  readonly enc: string
  readonly sealed: string
}

export const BOUND = { info: utf8('info'), aad: utf8('aad') }

export async function answer(question: Question): Promise<Answer> {
  const suite = await suiteOf('X-Wing')
  const privateKey = await suite.DeserializePrivateKey(fromHex(question.privateKey))
  const publicKey = await suite.DeserializePublicKey(fromHex(question.publicKey))
  const { enc, sealed } = question
  const opened = await suite.Open(privateKey, fromHex(enc), fromHex(sealed), BOUND)
  const own = await suite.Seal(publicKey, utf8('from here'), BOUND)
  return {
    opened: fromUtf8(new Uint8Array(opened)),
    enc: toHex(new Uint8Array(own.encapsulatedSecret)),
    sealed: toHex(new Uint8Array(own.ciphertext)),
  }
}
