/**
 * `npm run -s backup -- FILE` and `npm run -s restore -- FILE`: all that the platform keeps in its
 * database, in one file; `-` is standard output or input. A backup may be taken while the platform
 * runs; a restore needs a database with nothing in it. The operator's key is in no backup.
 *
 * @module
 */
import * as fs from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import * as path from 'node:path'
import process from 'node:process'
import { fingerprint } from '../shared/identity/identity.ts'
import { version } from '../package.json' with { type: 'json' }
import { backUp } from './backup/backup.ts'
import { BackupError, type Contents, type Sink } from './backup/file.ts'
import { restore } from './backup/restore.ts'
import { type Database, joinDatabase } from './database.ts'
import { OPERATOR_FILE } from './operator-file.ts'
import { parseOperatorKey } from './operator-key.ts'
import { readSettings, type Settings } from './settings.ts'
import { sayAndFail } from './start-error.ts'

const [command, file, ...rest] = process.argv.slice(2)
if ((command === 'backup' || command === 'restore') && file !== undefined && rest.length === 0) {
  await run(command, file).catch(sayAndFail)
} else {
  say('Usage: npm run -s backup -- FILE, or npm run -s restore -- FILE; FILE may be -')
  process.exitCode = 2
}

async function run(command: 'backup' | 'restore', file: string): Promise<void> {
  const settings = await readSettings(process.env)
  // Looked at first: a database is not started for a file that cannot be used.
  const end = command === 'backup' ? await fileToWrite(file) : await fileToRead(file)
  let database: Database | undefined
  try {
    database = await joinDatabase(settings, () => undefined, say)
    const operator = await operatorOf(settings)
    if ('sink' in end) {
      const whose = { version, operator, made: Math.floor(Date.now() / 1000) }
      const contents = await backUp(database.address, end.sink, whose, progress('written'))
      await end.keep()
      say(`Backed up ${summary(contents)}`)
      say(
        'The operator’s key is not in it: keep that beside it, ' +
          (settings.operatorKey === undefined
            ? `as ${path.join(settings.dataDir, OPERATOR_FILE)}`
            : 'as it is in OPERATOR_KEY'),
      )
    } else {
      const contents = await restore(database.address, end.source, progress('read'))
      say(`Restored ${summary(contents)}, as of ${new Date(contents.made * 1000).toISOString()}`)
      for (const sentence of ofTheKey(contents, operator, settings)) say(sentence)
    }
  } catch (error) {
    throw ofTheFile(error, file)
  } finally {
    await end.close()
    await database?.stop()
  }
}

function summary({ tables }: Contents): string {
  const rows = (name: string) => tables.find((table) => table.name === name)?.rows ?? 0
  return `${rows('blocks')} blocks of ${rows('channels')} channels, and ` +
    `${rows('identities')} identities`
}

/** The platform speaks as its operator: with another key, it is another one to every client. */
function ofTheKey(
  { operator: made }: Contents,
  here: string | null,
  { dataDir }: Settings,
): string[] {
  if (made === null || made === here) return []
  const place = `${path.join(dataDir, OPERATOR_FILE)}, or as OPERATOR_KEY`
  return [
    here === null
      ? `It was of the operator ${made}: put that key at ${place}, before the first start`
      : `It was of the operator ${made}, and the key here is of ${here}: put the right one at ${place}`,
  ]
}

/** The fingerprint of the key that is at hand. None is made here. */
async function operatorOf({ operatorKey, dataDir }: Settings): Promise<string | null> {
  const text = operatorKey ??
    await fs.promises.readFile(path.join(dataDir, OPERATOR_FILE), 'utf8').catch(() => undefined)
  return text === undefined ? null : fingerprint((await parseOperatorKey(text)).identity.id)
}

/** Under another name until it is whole and on disk, readable by its owner alone. */
async function fileToWrite(
  file: string,
): Promise<{ sink: Sink; keep: () => Promise<void>; close: () => Promise<void> }> {
  if (file === '-') {
    const sink: Sink = (bytes) =>
      new Promise((resolve, reject) => {
        process.stdout.write(bytes, (error) => error ? reject(error) : resolve())
      })
    return { sink, keep: () => Promise.resolve(), close: () => Promise.resolve() }
  }
  if (fs.existsSync(file)) {
    throw new BackupError(`"${file}" is there already: name another file, as none is written over`)
  }
  const draft = `${file}.part`
  // Made new, through no link that somebody laid there, and for nobody else's eyes.
  const handle = await open(draft, 'wx', 0o600).catch((error: unknown) => {
    throw ofTheFile(error, draft)
  })
  let kept = false
  return {
    sink: (bytes) => handle.writeFile(bytes),
    keep: async () => {
      await handle.sync()
      await rename(draft, file)
      kept = true
    },
    close: async () => {
      await handle.close()
      if (!kept) await rm(draft, { force: true })
    },
  }
}

async function fileToRead(
  file: string,
): Promise<{ source: AsyncIterable<Uint8Array>; close: () => Promise<void> }> {
  if (file === '-') return { source: process.stdin, close: () => Promise.resolve() }
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw ofTheFile(error, file)
  })
  const source = handle.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 })
  return { source, close: () => handle.close() }
}

function ofTheFile(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // A database that cannot be reached is none of the file's faults.
  const ofConnection = error instanceof Error && 'syscall' in error && error.syscall === 'connect'
  const why = ofConnection ? undefined : {
    ENOENT: 'there is no such file or folder',
    EEXIST: 'it is there already: if no other backup is under way, remove it',
    EISDIR: 'it is a folder',
    EACCES: 'this user may not use it',
    EPERM: 'this user may not use it',
    EROFS: 'that disk can only be read',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk is full',
    EIO: 'the disk fails',
    EPIPE: 'whoever was to read it has ended',
  }[code]
  return why === undefined ? error : new BackupError(`"${file}" cannot be used, as ${why}`)
}

/** At a terminal, how far it is; on standard error, as a backup may go to standard output. */
function progress(done: string): (table: string, bytes: number) => void {
  let all = 0
  let told = 0
  return (table, bytes) => {
    all += bytes
    if (!process.stderr.isTTY || Date.now() - told < 200) return
    told = Date.now()
    process.stderr.write(`\r\u001b[K${(all / 1e6).toFixed(1)} MB ${done} (${table})\r`)
  }
}

function say(sentence: string): void {
  process.stderr.write(`${process.stderr.isTTY ? '\u001b[K' : ''}${sentence}\n`)
}
