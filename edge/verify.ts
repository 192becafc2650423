/**
 * `npm run -s verify -- FILE`: checks an exported channel, with or without keys in it, or the receipt
 * of a consent. Asks nobody and sends nothing. Ends with 0 when it holds, 1 when it does not, 2 when there was
 * nothing to check.
 *
 * @module
 */
import process from 'node:process'
import type { Bytes } from '../shared/bytes.ts'
import { CborError } from '../shared/cbor.ts'
import { verifyReceipt } from '../shared/consent/receipt.ts'
import { ReceiptError } from '../shared/consent/receipt-fields.ts'
import { IdentityError } from '../shared/identity/identity.ts'
import { StatementError } from '../shared/identity/statement.ts'
import { printable } from '../shared/printable.ts'
import { verifyBundle } from '../shared/seal/bundle.ts'
import { readBundleFile, TooLargeError } from './bundle-file.ts'
import { readReceiptFile, receiptLines } from './receipt-report.ts'
import { linesOf, NewestRegisters } from './verify-report.ts'

const HOLDS = 0
const DOES_NOT_HOLD = 1
const NOTHING_TO_CHECK = 2

process.exitCode = await main(process.argv.slice(2))

async function main(paths: readonly string[]): Promise<number> {
  const [path] = paths
  if (path === undefined || paths.length > 1 || path.startsWith('-')) {
    complain(
      'Usage: npm run -s verify -- FILE',
      'FILE is a channel that the owner exported, or the receipt of a consent',
    )
    return NOTHING_TO_CHECK
  }
  let bundle: Bytes | null
  try {
    bundle = await readBundleFile(path)
    const receipt = bundle === null ? await readReceiptFile(path) : null
    if (receipt !== null) return await checkReceipt(receipt)
  } catch (error) {
    complain(`"${path}" cannot be read: ${whyUnreadable(error)}`)
    return NOTHING_TO_CHECK
  }
  if (bundle === null) {
    complain(
      `"${path}" is no bundle, or not all of one, and no receipt either`,
      'Get the file again, or let the owner export it again',
    )
    return NOTHING_TO_CHECK
  }
  return await check(bundle)
}

async function checkReceipt(jws: string): Promise<number> {
  try {
    say(receiptLines(await verifyReceipt(jws)))
    return HOLDS
  } catch (error) {
    if (!(error instanceof ReceiptError)) throw error
    say([`Does not hold: ${error.message}`])
    return DOES_NOT_HOLD
  }
}

async function check(bundle: Bytes): Promise<number> {
  const newest = new NewestRegisters()
  try {
    const report = await verifyBundle(bundle, {
      opened: (block, readings) => newest.take(block, readings),
    })
    say(linesOf(report, newest))
    return report.fault === null ? HOLDS : DOES_NOT_HOLD
  } catch (error) {
    if (
      !(error instanceof StatementError || error instanceof CborError ||
        error instanceof IdentityError)
    ) {
      const why = error instanceof Error ? error.message : String(error)
      complain(`The check itself failed: ${why}`, 'Tell the project, and keep the file')
      return NOTHING_TO_CHECK
    }
    say([`Does not hold: before the first block: ${error.message}`])
    return DOES_NOT_HOLD
  }
}

function whyUnreadable(error: unknown): string {
  if (error instanceof TooLargeError) {
    return 'it is over 2 GiB. Export a shorter stretch of the channel'
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return {
    ENOENT: 'there is no such file. Check the name',
    EISDIR: 'it is a folder. Name the file in it',
    EACCES: 'it is not yours to read. Ask for the right to, or copy it',
  }[code] ?? `the disk says ${code || 'no'}. Copy the file elsewhere and try again`
}

/** A file that does not hold could else write over that it does not. */
function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.map((line) => printable(line)).join('\n')}\n`)
}

function complain(...lines: string[]): void {
  process.stderr.write(`${lines.map((line) => printable(line)).join('\n')}\n`)
}
