/**
 * The operator's word on who may ask owners for consent as a verified provider:
 *
 * - `npm run -s providers -- list` tells all that have registered.
 * - `npm run -s providers -- approve ID` vouches for what a provider says of itself now; what it
 *   says later needs to be approved again.
 * - `npm run -s providers -- withdraw ID` takes that back.
 *
 * It asks the platform at PUBLIC_URL with the operator's key, OPERATOR_KEY or that in DATA_DIR. Ends
 * with 0 when it is done, 2 when it could not be.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import process from 'node:process'
import { ApiProblem, createClient, type ProviderInfo, Unreachable } from '../shared/api/client.ts'
import { type Bytes, fromBase64url, toBase64url } from '../shared/bytes.ts'
import {
  isApproved,
  openApproval,
  parseApproval,
  parseRegistration,
} from '../shared/consent/provider.ts'
import { fingerprint } from '../shared/identity/identity.ts'
import { printable } from '../shared/printable.ts'
import { statementId } from '../shared/identity/statement.ts'
import type { Operator } from '../server/context.ts'
import { OPERATOR_FILE } from './operator-file.ts'
import { OperatorKeyError, parseOperatorKey } from './operator-key.ts'
import { readSettings, type Settings, SettingsError } from './settings.ts'

const USAGE = `Usage: npm run -s providers -- list
       npm run -s providers -- approve ID
       npm run -s providers -- withdraw ID`

/** The message says what to do. */
class UseError extends Error {
  override readonly name = 'UseError'
}

const seconds = () => Math.floor(Date.now() / 1000)

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${saidOf(error)}\n`)
  return 2
})

async function main([command, id, ...rest]: readonly string[]): Promise<number> {
  const isList = command === 'list' && id === undefined
  const isWord = (command === 'approve' || command === 'withdraw') && id !== undefined
  if ((!isList && !isWord) || rest.length > 0) throw new UseError(USAGE)
  const settings = await readSettings(process.env)
  const operator = await operatorOf(settings)
  const client = createClient({ url: settings.publicUrl, fetch, now: seconds, ...operator })
  if (!isWord) {
    await client.registerIdentity(operator.identity.changes)
    for await (const provider of client.providers()) await tell(provider, operator)
    return 0
  }
  const provider = await client.provider(idFrom(id))
  const { statement } = parseRegistration(provider.registration)
  const approval = await openApproval({
    provider: provider.id,
    registration: await statementId(statement),
    approved: command === 'approve',
    at: seconds(),
  }, operator.signer)
  await client.approve(approval.statement.bytes)
  await tell({ ...provider, approval: approval.statement.bytes }, operator)
  return 0
}

async function tell(provider: ProviderInfo, { identity }: Operator): Promise<void> {
  const registration = parseRegistration(provider.registration)
  const approval = provider.approval === null ? null : parseApproval(provider.approval)
  const { name, domain, contact, purposes, redirects, seq } = registration.content
  const verified = await isApproved(registration, approval, identity)
  const lines = [
    `${verified ? 'verified  ' : 'unverified'}  ${toBase64url(provider.id)}`,
    `  ${name}, ${domain}, ${contact}`,
    `  identity ${fingerprint(provider.id)}, registration ${seq}`,
    `  asks for ${purposes.join(', ')}`,
    ...redirects.map((redirect) => `  returns to ${redirect}`),
  ]
  process.stdout.write(`${lines.map((line) => printable(line, Infinity)).join('\n')}\n`)
}

async function operatorOf({ operatorKey, dataDir }: Settings): Promise<Operator> {
  if (operatorKey !== undefined) return await parseOperatorKey(operatorKey)
  const file = path.join(dataDir, OPERATOR_FILE)
  const text = await fs.readFile(file, 'utf8').catch(() => {
    throw new UseError(
      `"${file}" cannot be read: run this where the platform runs, with the same DATA_DIR, ` +
        'or set OPERATOR_KEY',
    )
  })
  return await parseOperatorKey(text)
}

function idFrom(text: string): Bytes {
  try {
    const id = fromBase64url(text)
    if (id.length === 32) return id
  } catch {
    // The same is wrong with it.
  }
  throw new UseError('ID is 43 letters, digits, - and _: take one from the list')
}

function saidOf(error: unknown): string {
  if (error instanceof UseError || error instanceof SettingsError) return error.message
  if (error instanceof OperatorKeyError) return `The operator's key ${error.message}`
  if (error instanceof Unreachable) {
    return 'The platform cannot be reached: start it, or set PUBLIC_URL'
  }
  if (error instanceof ApiProblem) {
    const { title = error.message, detail = '' } = error.problem ?? {}
    return `${title}. ${detail}`.trim()
  }
  throw error
}
