/**
 * The built PWA from disk. It is small, so it is read once at the start: a request can name no file
 * but those, and a build under a running server never mixes with the one it serves.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Bytes } from '../shared/bytes.ts'
import type { Assets } from './site.ts'

interface File {
  readonly bytes: Bytes
  /** Null where compression gains nothing. */
  readonly gzipped: Bytes | null
  readonly type: string
  readonly etag: string
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

const ALREADY_SMALL = /^(image\/(png|webp)|font\/)/

/** Reads a folder of files; an empty or missing one has none. */
export async function readAssets(folder: string): Promise<Assets> {
  const files = new Map<string, File>()
  const found = await fs.readdir(folder, { recursive: true, withFileTypes: true })
    .catch(() => [])
  for (const entry of found) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const name = `/${path.relative(folder, file).split(path.sep).join('/')}`
    files.set(addressOf(name), asFile(name, await fs.readFile(file)))
  }
  return { get: (name, request) => Promise.resolve(answer(files.get(name), request)) }
}

/** A page has one address, as on Workers: without the name of its file's type. */
function addressOf(name: string): string {
  return name === '/index.html' ? '/' : name.replace(/\.html$/, '')
}

function asFile(name: string, content: Uint8Array): File {
  const bytes = new Uint8Array(content)
  const type = TYPES[path.extname(name)] ?? 'application/octet-stream'
  const gzipped = ALREADY_SMALL.test(type) ? null : new Uint8Array(gzipSync(bytes, { level: 9 }))
  const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
  return {
    bytes,
    gzipped: gzipped !== null && gzipped.length < bytes.length ? gzipped : null,
    type,
    etag,
  }
}

function answer(file: File | undefined, request: Request): Response | null {
  if (file === undefined) return null
  // Weak: the same file travels compressed or not.
  const etag = `W/"${file.etag}"`
  const headers = new Headers({ etag, 'content-type': file.type, vary: 'accept-encoding' })
  const known = request.headers.get('if-none-match')?.split(',').map((tag) => tag.trim())
  if (known?.includes(etag)) return new Response(null, { status: 304, headers })
  const gzip = file.gzipped !== null &&
    /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
  const bytes = gzip ? file.gzipped : file.bytes
  if (gzip) headers.set('content-encoding', 'gzip')
  headers.set('content-length', String(bytes.length))
  return new Response(bytes, { headers })
}
