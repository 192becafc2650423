/**
 * A request as it was filled in, and as a command for a shell.
 *
 * @module
 */
import { type Bytes, fromHex } from '../../shared/bytes.ts'
import type { Operation } from './document.ts'

/** Values by place and name, such as `path channel`; the body by `body`. */
export type Filled = Readonly<Record<string, string>>

export interface Asked {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  readonly headers: Record<string, string>
  readonly type: string | null
  readonly body: Bytes | string | null
}

export const keyOf = (place: string, name: string) => `${place} ${name}`

export function isText(type: string): boolean {
  return /^text\/|json|x-www-form-urlencoded/.test(type)
}

/** @throws {SyntaxError} when the body is no hex */
export function requestOf(operation: Operation, filled: Filled): Asked {
  const valueOf = (place: string, name: string) => (filled[keyOf(place, name)] ?? '').trim()
  const path = operation.path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => encodeURIComponent(valueOf('path', name)),
  )
  const query = new URLSearchParams()
  const headers: Record<string, string> = {}
  for (const { name, place } of operation.parameters) {
    const value = valueOf(place, name)
    if (value === '') continue
    if (place === 'query') query.set(name, value)
    else if (place === 'header') headers[name] = value
  }
  const search = query.toString()
  const { body } = operation
  const text = filled['body'] ?? ''
  return {
    method: operation.method === 'POST' ? 'POST' : 'GET',
    path: search === '' ? path : `${path}?${search}`,
    headers,
    type: body?.type ?? null,
    body: body === null ? null : isText(body.type) ? text : bytesOf(text),
  }
}

function bytesOf(text: string): Bytes {
  return fromHex(text.replaceAll(/\s/g, '').toLowerCase())
}

/** For a POSIX shell; what is not filled in stands as a variable. */
export function curlOf(operation: Operation, filled: Filled, server: string): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = (filled[keyOf('path', name)] ?? '').trim()
    return value === '' ? `{${name}}` : encodeURIComponent(value)
  })
  const query = new URLSearchParams(
    operation.parameters.filter(({ place }) => place === 'query')
      .map(({ name }): [string, string] => [name, (filled[keyOf('query', name)] ?? '').trim()])
      .filter(([, value]) => value !== ''),
  ).toString()
  const lines = [`curl -i ${quoted(server + path + (query === '' ? '' : `?${query}`))}`]
  for (const { name, place, required } of operation.parameters) {
    const value = (filled[keyOf('header', name)] ?? '').trim()
    if (place === 'header' && value !== '') lines.push(`-H ${quoted(`${name}: ${value}`)}`)
    else if (place === 'header' && required) lines.push(`-H "${name}: $${variable(name)}"`)
  }
  if (operation.token) lines.push('-H "Authorization: DPoP $TOKEN"', '-H "DPoP: $PROOF"')
  if (operation.body !== null) {
    lines.push(`-H ${quoted(`Content-Type: ${operation.body.type}`)}`, '--data-binary @body')
  }
  return lines.join(' \\\n  ')
}

function variable(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
