/**
 * The C libraries that telegrams are measured beside, and the small programs that drive them. They
 * are no part of the project: libsml comes as Debian has built it, libmbus as the sources that an npm
 * package brings, both into a folder that is not kept, when the benchmark needs them.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import type { Bytes } from '../../shared/bytes.ts'
import type { Turn } from './measure.ts'
import { FOLDER, peer } from './peers.ts'

export interface Native {
  /** With its version. */
  readonly name: string
  /** Reads telegrams for so long. */
  readonly turn: (
    telegrams: readonly Bytes[],
    milliseconds: number,
    ...how: readonly string[]
  ) => () => Promise<Turn>
}

/** The library, or why it cannot be had here. */
export type Found = Native | { readonly missing: string }

/** `libsml1`, built by Debian with its own flags. */
export function findLibsml(): Found {
  return attempt('libsml', () => {
    const folder = path.join(FOLDER, 'libsml')
    mkdirSync(folder, { recursive: true })
    if (!readdirSync(folder).includes('usr')) {
      run('apt-get', ['download', 'libsml1', 'libsml-dev'], folder)
      for (const name of readdirSync(folder).filter((one) => one.endsWith('.deb'))) {
        run('dpkg-deb', ['-x', name, '.'], folder)
      }
    }
    const [version = ''] = readdirSync(folder).flatMap((one) =>
      /^libsml1_(.+)_/.exec(one)?.[1] ?? []
    )
    const usr = path.join(folder, 'usr')
    const [library = ''] = readdirSync(usr, { recursive: true, encoding: 'utf8' })
      .filter((one) => one.endsWith('libsml.so.1'))
    const place = path.join(usr, path.dirname(library))
    const binary = compile('libsml.c', folder, [
      `-I${path.join(usr, 'include')}`,
      path.join(usr, library),
      `-Wl,-rpath,${place}`,
    ])
    return { name: `libsml ${version} (Debian)`, turn: turnsOf(binary) }
  })
}

export function findLibmbus(): Found {
  return attempt('libmbus', () => {
    const { folder } = peer('node-mbus', '2.2.6')
    const sources = path.join(folder, 'node_modules/node-mbus/libmbus')
    const version = /VERSION "(.+?)"/.exec(readFileSync(path.join(sources, 'config.h'), 'utf8'))
      ?.[1]
    const own = path.join(sources, 'mbus')
    const binary = compile('libmbus.c', folder, [
      `-I${sources}`,
      `-I${own}`,
      // Only ours is to be without warnings.
      '-w',
      ...['mbus-protocol.c', 'mbus-protocol-aux.c', 'mbus-serial.c', 'mbus-tcp.c', 'mbus.c']
        .map((name) => path.join(own, name)),
    ])
    return { name: `libmbus ${version ?? ''} (-O2)`, turn: turnsOf(binary) }
  })
}

function attempt(name: string, find: () => Native): Found {
  try {
    return find()
  } catch (error) {
    const [why = ''] = String(error).split('\n')
    return { missing: `${name} is not measured, for it could not be had here: ${why}` }
  }
}

function compile(source: string, folder: string, rest: readonly string[]): string {
  const binary = path.join(folder, path.basename(source, '.c'))
  const fresh = `${binary}.${process.pid}`
  const flags = ['-O2', '-Wall', '-Wextra', path.join(import.meta.dirname, source)]
  run('cc', [...flags, ...rest, '-lm', '-o', fresh], folder)
  renameSync(fresh, binary)
  return binary
}

function turnsOf(binary: string): Native['turn'] {
  return (telegrams, milliseconds, ...how) => {
    const file = `${binary}.telegrams`
    const parts = telegrams.flatMap((bytes) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    })
    writeFileSync(file, Buffer.concat(parts))
    return async () => {
      const said = run(binary, [file, String(milliseconds), ...how], path.dirname(binary))
      const [count = NaN, elapsed = NaN, cpu = NaN] = said.trim().split(' ').map(Number)
      return await Promise.resolve({
        rate: count / (elapsed / 1e9),
        perCpuSecond: count / (cpu / 1e9),
      })
    }
  }
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
}
