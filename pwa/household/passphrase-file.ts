/**
 * A file for a passphrase, in the age format (age-encryption.org/v1, scrypt). To make a key of a
 * passphrase is seconds of work on purpose: it is asked for away from the page's thread.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { AppError } from '../app-error.ts'

export interface ForPassphrase {
  readonly bytes: Bytes
  readonly passphrase: string
}

export async function lockFile({ bytes, passphrase }: ForPassphrase): Promise<Bytes> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  return new Uint8Array(await encrypter.encrypt(bytes))
}

/** @throws {AppError} */
export async function openFile({ bytes, passphrase }: ForPassphrase): Promise<Bytes> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  try {
    return new Uint8Array(await decrypter.decrypt(bytes))
  } catch (error) {
    // The library's words for a key that opens no stanza; all others are about the file.
    const wrong = error instanceof Error && /no identity matched/.test(error.message)
    throw new AppError(wrong ? 'passphrase-wrong' : 'file-malformed', error)
  }
}
