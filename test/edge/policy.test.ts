/** @module The command that tests and explains policies: as its user runs it. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startNode } from '../rig/process.ts'

const FILE = `
(policy door:open
  (and (= subject.role "keeper") (> subject.level 2)))

(table door:open
        (subject.role subject.level)
  (allow "keeper"     3)
  (deny  "guest"      3)
  (deny  "keeper"     -))
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kilowit-policy-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function run(...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const running = startNode('edge/policy.ts', args)
  const { code } = await running.ended
  const output = running.output()
  expect(output).not.toMatch(/^ +at /m)
  return { code, lines: output.trimEnd().replaceAll(folder, '…').split('\n') }
}

async function file(content: string | Uint8Array): Promise<string> {
  const name = path.join(folder, 'policies')
  await writeFile(name, content)
  return name
}

describe('npm run -s policy -- test', () => {
  it('ends with 0 when every case is decided as told', async () => {
    expect(await run('test', await file(FILE))).toEqual({
      code: 0,
      lines: ['3 of 3 cases are decided as told'],
    })
  })

  it("decides the cases of the platform's own policies", async () => {
    const { code, lines } = await run('test', 'platform')
    expect(code).toBe(0)
    expect(lines).toEqual([expect.stringMatching(/^(\d{2,}) of \1 cases are decided as told$/)])
  })

  it('ends with 1 and tells what decided, when one is not', async () => {
    const more = `${FILE.replace('> subject', '< subject')}(policy door:close true)`
    expect(await run('test', await file(more))).toEqual({
      code: 1,
      lines: [
        'Line 7: door:open should be allow and is deny',
        '  as (< subject.level 2) is false',
        'door:close has no case: add a table for it',
        '2 of 3 cases are decided as told',
      ],
    })
  })

  it.each<[string, string | Uint8Array, string]>([
    [
      'no policy',
      '(policy a (has? 1))',
      '"…/policies" cannot be used: Line 1, column 12: "has?" is no operator: use one of and, or, ' +
      'not, if, =, !=, <, >, member?, exists?',
    ],
    [
      'no case',
      '(policy a true)',
      '"…/policies" has no cases: add a (table ACTION (NAME…) (allow VALUE…)…)',
    ],
    ['no text', new Uint8Array([0xff, 0xfe]), '"…/policies" is no UTF-8 text: save it as that'],
    ['too much', ' '.repeat(1024 ** 2 + 1), '"…/policies" is over 1 MiB: split it'],
  ])('ends with 2 when there is %s in it', async (_, content, message) => {
    expect(await run('test', await file(content))).toEqual({ code: 2, lines: [message] })
  })

  it('ends with 2 when there is nothing to read', async () => {
    const gone = path.join(folder, 'gone')
    const lines = ['"…/gone" cannot be read (ENOENT): check the name, and the right to read it']
    expect(await run('test', gone)).toEqual({ code: 2, lines })
    expect((await run('test', folder)).lines[0]).toContain('is a folder: name a file in it')
    // What has no end is read no further than what fits.
    expect((await run('test', '/dev/zero')).lines[0]).toContain('is over 1 MiB')
  })
})

describe('npm run -s policy -- explain', () => {
  it('ends with 0 when it is allowed', async () => {
    const name = await file(FILE)
    expect(await run('explain', name, 'door:open', 'subject.role=keeper', 'subject.level=3'))
      .toEqual({
        code: 0,
        lines: [
          'allow door:open',
          '* and is true',
          '  * (= subject.role "keeper") is true',
          '      subject.role is "keeper"',
          '  * (> subject.level 2) is true',
          '      subject.level is 3',
          '* decided',
        ],
      })
  })

  it('ends with 1 when it is denied, and says why', async () => {
    const name = await file(FILE)
    const { code, lines } = await run(
      'explain',
      name,
      'door:open',
      'subject.role="keeper"',
      'subject.level="3"',
    )
    expect(code).toBe(1)
    expect(lines[0]).toBe(
      'deny door:open: ">" takes string, and 2 is int: nothing is converted',
    )
    expect((await run('explain', name, 'door:open')).lines.slice(0, 3)).toEqual([
      'deny door:open: subject.role is not known: ask by (exists? subject.role)',
      '* and has no value',
      '  * (= subject.role "keeper") has no value',
    ])
  })

  it('ends with 1 for an action without a policy', async () => {
    expect(await run('explain', await file(FILE), 'door:opne')).toEqual({
      code: 1,
      lines: [
        'deny: there is no policy for "door:opne", and what has none is denied. There are: door:open',
      ],
    })
  })

  it.each([
    [['platform', 'channel:read', 'kind=owner'], '"kind=owner" is no attribute: write it as'],
    [['platform', 'channel:read', 'action.name=x'], '"action.name=x" is no attribute'],
    [
      ['platform', 'channel:read', 'subject.kind=a', 'subject.kind=b'],
      'subject.kind comes twice: give it once',
    ],
    [
      ['platform', 'channel:read', 'resource.devices=["a" 1]'],
      '"resource.devices=[\\"a\\" 1]" has no value that can be read. Line 1, column 1: This is no',
    ],
    [['platform'], 'Usage: npm run -s policy -- test FILE|platform'],
  ])('ends with 2 when it is asked with %j', async (args, message) => {
    const { code, lines } = await run('explain', ...args)
    expect(code).toBe(2)
    expect(lines[0]).toContain(message)
  })

  it('takes lists, texts and words', async () => {
    const known = ['subject.kind=device', 'subject.identifier="anna b"']
    const devices = 'resource.devices=["x" "anna b"]'
    const { code } = await run('explain', 'platform', 'channel:read', ...known, devices)
    expect(code).toBe(0)
  })
})
