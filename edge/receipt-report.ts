/**
 * A receipt of a consent for a terminal: read from a file that may be anything, and told in plain
 * lines. Of a receipt that does not hold nothing is told but that.
 *
 * @module
 */
import { open } from 'node:fs/promises'
import type { ReceiptReport } from '../shared/consent/receipt.ts'
import { timeText } from '../shared/consent/receipt-record.ts'
import { fingerprint } from '../shared/identity/identity.ts'
import { printable } from '../shared/printable.ts'

const MOST = 2 * 1024 * 1024
/** `{"` in base64url, with which every JWS begins; no bundle does. */
const BEGINNING = 'eyJ'

/** The text of a receipt, or null when the file is not one; what follows it is white space. */
export async function readReceiptFile(path: string): Promise<string | null> {
  const file = await open(path)
  try {
    // What was read from a pipe is gone; whatever has no end has no receipt either.
    if (!(await file.stat()).isFile()) return null
    const bytes = new Uint8Array(MOST + 1)
    const { bytesRead: first } = await file.read(bytes, 0, BEGINNING.length, 0)
    if (new TextDecoder().decode(bytes.subarray(0, first)) !== BEGINNING) return null
    let at = first
    for (;;) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return at > MOST ? null : new TextDecoder().decode(bytes.subarray(0, at)).trimEnd()
  } finally {
    await file.close()
  }
}

export function receiptLines(report: ReceiptReport): string[] {
  const { fields, owner, recipient, provider, approvedBy } = report
  const to = fingerprint(recipient.id)
  const who = provider === null
    ? `another person, ${to}`
    : `${printable(provider.name)} (${printable(provider.domain)}), provider ${to}`
  return [
    `Holds: the owner ${fingerprint(owner.id)} signed it, and nothing in it was altered since`,
    `Given to ${who}`,
    ...(provider === null ? [] : [
      approvedBy === null
        ? 'Unverified: no operator had approved this provider; its name is its own word'
        : `Approved by operator ${
          fingerprint(approvedBy.id)
        }: compare with what the platform says at /v1/operator`,
    ]),
    `Given at ${timeText(fields.at)}`,
    `May read from ${timeText(fields.from)} until ${timeText(fields.until)}`,
    fields.history < fields.from
      ? `May read readings since ${timeText(fields.history)}`
      : 'May read nothing from before',
    `${fields.purposes.length === 1 ? 'Purpose' : 'Purposes'}: ${fields.purposes.join(', ')}`,
    ...fields.channels.map(({ id, classes, resolution }) =>
      `Channel ${id}: ${classes}, ${resolution === 'live' ? 'every telegram' : resolution}`
    ),
    `Grant ${fields.grant}, sealed to key ${fields.toKey}`,
    `Can be taken back at ${printable(fields.withdrawal)}`,
    'Whether it was taken back since, narrowed or paused, is not in a receipt',
  ]
}
