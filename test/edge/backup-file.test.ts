/**
 * Where a backup is written: into a file made anew, never into what somebody else laid there.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { expect, test } from 'vitest'
import { startNode } from '../rig/process.ts'

test.for(['file', 'link'])('a %s at the draft’s name is left as it is', async (kind) => {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-draft-'))
  try {
    const other = path.join(folder, 'other')
    const file = path.join(folder, 'kilowit.backup')
    await fs.writeFile(other, 'another’s')
    if (kind === 'link') await fs.symlink(other, `${file}.part`)
    else await fs.rename(other, `${file}.part`)
    const running = startNode('edge/backup.ts', ['backup', file], {
      // Nobody answers there: a backup that gets so far fails by that.
      env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATA_DIR: folder },
    })
    const { code } = await running.ended
    expect(code).not.toBe(0)
    expect(running.output()).toContain(
      `"${file}.part" cannot be used, as it is there already: ` +
        'if no other backup is under way, remove it',
    )
    expect(await fs.readFile(`${file}.part`, 'utf8')).toBe('another’s')
  } finally {
    await fs.rm(folder, { recursive: true })
  }
})
