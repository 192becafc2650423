/**
 * What keeps a process from starting, told in plain sentences.
 *
 * @module
 */
import process from 'node:process'
import { BackupError } from './backup/file.ts'
import { DataDirError } from './data-dir.ts'
import { DatabaseError } from './database.ts'
import { EmbeddedPostgresError } from './embedded-postgres.ts'
import { OperatorKeyError } from './operator-key.ts'
import { PwaBuildError } from './pwa-build.ts'
import { SettingsError } from './settings.ts'

/** The address to listen on cannot be had. */
export class ListenError extends Error {
  override readonly name = 'ListenError'
  constructor(code: string, host: string, port: number) {
    super(
      code === 'EADDRINUSE'
        ? `Port ${port} is taken by another program: stop it, or choose another with PORT=${
          port === 65_535 ? port - 1 : port + 1
        }`
        : code === 'EACCES'
        ? `Port ${port} needs more rights than this process has: choose one above 1023 with PORT`
        : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
        ? `HOST=${host} is not an address of this machine: 127.0.0.1 or 0.0.0.0 will do`
        : `Cannot listen on ${host} port ${port} (${code})`,
    )
  }
}

/** Writes why on standard error and sets the exit code. */
export function sayAndFail(error: unknown): void {
  process.stderr.write(`${sentences(error).join('\n')}\n`)
  process.exitCode = 1
}

function sentences(error: unknown): string[] {
  if (error instanceof SettingsError) {
    const count = error.faults.length
    return [
      count === 1
        ? 'Kilowit cannot start, as one setting is not right:'
        : `Kilowit cannot start, as ${count} settings are not right:`,
      ...error.faults.map((fault) => `- ${fault}`),
    ]
  }
  if (error instanceof OperatorKeyError) {
    return [
      `The operator's key in DATA_DIR ${error.message}: put the right file back, as a file that this user may read`,
    ]
  }
  if (
    error instanceof DatabaseError || error instanceof EmbeddedPostgresError ||
    error instanceof ListenError || error instanceof DataDirError ||
    error instanceof PwaBuildError || error instanceof BackupError
  ) return [error.message]
  return ['Kilowit cannot start:', error instanceof Error ? error.stack ?? error.message : '']
}
