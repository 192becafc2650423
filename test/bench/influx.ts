/**
 * InfluxDB 1.x as Debian ships it, on ports and in a folder of its own, with its default settings:
 * `wal-fsync-delay` is 0, which is to sync before every answer.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { freePort, startProcess } from '../rig/process.ts'
import type { Server } from './kilowit.ts'
import { request, type Requests } from './load.ts'

const INFLUXD = '/usr/bin/influxd'
const QUARTER = 900

export async function startInflux(): Promise<Server> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'influx-bench-'))
  const [port, control] = [await freePort(), await freePort()]
  const file = path.join(folder, 'influxdb.conf')
  // What is not set here is its default. It would log every request, and tell its makers.
  await fs.writeFile(
    file,
    `reporting-disabled = true
bind-address = "127.0.0.1:${control}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
[monitor]
store-enabled = false
`,
  )
  const server = startProcess(INFLUXD, ['run', '-config', file])
  const url = `http://127.0.0.1:${port}`
  await server.answers(`${url}/ping`)
  const made = await fetch(`${url}/query?q=${encodeURIComponent('CREATE DATABASE bench')}`, {
    method: 'POST',
  })
  if (!made.ok) throw new Error(`InfluxDB answered: ${await made.text()}`)
  return {
    port,
    url,
    pid: server.pid,
    close: async () => {
      await server.close()
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

/** Posts of one device without an end: the same two counters as the blocks', one line a reading. */
export function influxPosts(device: number, count: number): Requests {
  let at = 1_763_000_000
  return () => {
    const lines = Array.from({ length: count }, () => {
      at += QUARTER
      const wattHours = 12_345_678 + Math.floor((at - 1_700_000_000) / 7)
      const fields = `import=${wattHours}i,export=${Math.floor(wattHours / 3)}i`
      return `energy,device=device${device} ${fields} ${at}`
    })
    return request('POST /write?db=bench&precision=s', [], Buffer.from(lines.join('\n')))
  }
}
