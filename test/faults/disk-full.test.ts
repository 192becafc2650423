/**
 * The disk of the database is full, and has room again: who posts is told to wait, and nothing that
 * was acknowledged is lost. The disk is a small file system in memory, which only root may mount.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import * as path from 'node:path'
import process from 'node:process'
import { expect, test } from 'vitest'
import { startNode } from '../rig/process.ts'
import { makePlace } from './platform.ts'
import { startTraffic } from './traffic.ts'

const ROOT_ONLY = process.getuid?.() === 0

test.runIf(ROOT_ONLY)(
  'a full disk is told with 503, and gone on from when there is room',
  async () => {
    const place = await makePlace()
    const disk = path.join(place.dataDir, 'disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=0711', 'tmpfs', disk])
    const server = startNode('edge/node.ts', [], { env: { ...place.env, DATA_DIR: disk } })
    try {
      await server.answers(`${place.url}/readyz`)
      const traffic = await startTraffic(place.url, 4)
      await traffic.more(100)
      for (let round = 0; round < 2; round++) {
        const filler = path.join(disk, 'filler')
        fill(filler)
        const before = traffic.failures()
        await until(() => traffic.failures() >= before + 6)
        const lines = server.output().length
        await until(() => traffic.failures() >= before + 10)
        expect(server.output().length - lines).toBeLessThan(200_000)
        rmSync(filler)
        await traffic.more(100)
      }
      await traffic.finish()
      // While Postgres itself is down and while it only cannot write, the answer is the same.
      expect(traffic.told()).toEqual(['503 with Retry-After'])
      await traffic.check()
      process.stdout.write(
        `A full disk, twice: ${traffic.acknowledged()} blocks acknowledged, ` +
          `${traffic.failures()} requests told to wait\n`,
      )
    } finally {
      await server.close()
      execFileSync('umount', ['--lazy', disk])
      await place.remove()
    }
  },
  120_000,
)

/** Takes all room there is. */
function fill(file: string): void {
  const handle = openSync(file, 'w')
  try {
    for (let size = 1024 * 1024; size >= 512;) {
      try {
        if (writeSync(handle, new Uint8Array(size)) === 0) size /= 2
      } catch {
        size /= 2
      }
    }
  } finally {
    closeSync(handle)
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50))
}
