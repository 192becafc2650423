/**
 * A recovery file that is none, or is one to harm who opens it: refused with the sentence for it,
 * unread when it is too large, and without the work that it demands.
 *
 * @module
 */
import { Encrypter } from 'age-encryption'
import { expect, test, vi } from 'vitest'
import { openFile } from '../../pwa/household/passphrase-file.ts'
import { readRecoveryFile } from '../../pwa/household/recovery.ts'
import { encode } from '../../shared/cbor.ts'

const MEBIBYTE = 1024 * 1024
const PASSPHRASE = 'a passphrase that is right'

async function refusal(file: Blob): Promise<unknown> {
  return await readRecoveryFile(file, PASSPHRASE, openFile).then(
    () => 'taken',
    (error: unknown) => error instanceof Error && Reflect.get(error, 'key'),
  )
}

test('one of hundreds of MiB is not read', async () => {
  const piece = new Uint8Array(MEBIBYTE).fill(0x20)
  const huge = new Blob([header(18), ...Array.from({ length: 300 }, () => piece)])
  const reads = (['arrayBuffer', 'text', 'stream', 'bytes'] as const)
    .map((way) => vi.spyOn(huge, way))
  expect(await refusal(huge)).toBe('file-malformed')
  for (const read of reads) expect(read).not.toHaveBeenCalled()
})

/** The beginning of a file of age, whose key nobody knows. */
function header(workFactor: number | string): string {
  const [salt, body, mac] = ['A'.repeat(22), 'A'.repeat(43), 'A'.repeat(43)]
  return `age-encryption.org/v1\n-> scrypt ${salt} ${workFactor}\n${body}\n--- ${mac}\n`
}

test('a work factor beyond our own is not worked off', async () => {
  // Had it been, the passphrase would be found wrong: that is what an allowed factor shows.
  expect(await refusal(new Blob([header(10), new Uint8Array(100)]))).toBe('passphrase-wrong')
  for (const factor of [19, 20, 40, 99, 1e15, '9'.repeat(1000), '018', '-1', '1e1']) {
    const file = new Blob([header(factor), new Uint8Array(100)])
    expect([factor, await refusal(file)]).toEqual([factor, 'file-malformed'])
  }
})

test.for<[string, BlobPart[]]>([
  ['nothing', []],
  ['noise', [crypto.getRandomValues(new Uint8Array(60_000))]],
  ['zeros', [new Uint8Array(MEBIBYTE)]],
  ['a line without an end', [`age-encryption.org/v1\n-> ${'a'.repeat(MEBIBYTE - 100)}`]],
  ['a body without an end', [
    header(10).slice(0, -50),
    `\n${`${'A'.repeat(64)}\n`.repeat(16_000)}`,
  ]],
  ['many recipients', ['age-encryption.org/v1\n', '-> a\n\n'.repeat(170_000)]],
  ['many recipients behind the first', [
    header(10).split('---')[0] ?? '',
    '-> a\n\n'.repeat(170_000),
  ]],
  ['a header that breaks off', [header(10).slice(0, 60)]],
  ['a file that is for a key', [`age-encryption.org/v1\n-> X25519 ${'A'.repeat(43)}\n`]],
])('%s is no recovery file', async ([, parts]) => {
  expect(await refusal(new Blob(parts))).toBe('file-malformed')
})

test.for<[string, Uint8Array]>([
  ['deep CBOR', new Uint8Array(500_000).fill(0x81)],
  ['a count of billions', new Uint8Array([0x9a, 255, 255, 255, 255])],
  ['half a million items', encode(Array.from({ length: 500_000 }, () => 0))],
  ['another form', encode({ v: 1, kind: 'kilowit/recovery' })],
  ['nothing', new Uint8Array(0)],
])('what opens with the passphrase and has %s in it is none either', async ([, plain]) => {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(PASSPHRASE)
  encrypter.setScryptWorkFactor(4)
  const file = new Uint8Array(await encrypter.encrypt(plain))
  expect(await refusal(new Blob([file]))).toBe('file-malformed')
})
