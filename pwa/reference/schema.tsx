/**
 * A JSON Schema as a nested list, to a bounded depth.
 *
 * @module
 */
import type { JSX } from 'preact'
import { type Json, listOf, objectOf, textOf } from './document.ts'
import type { Words } from './words.ts'

const DEEPEST = 6

export function SchemaList(
  { schema, words, depth = 0 }: { schema: Json; words: Words; depth?: number },
): JSX.Element | null {
  const inner = innerOf(schema)
  const required = new Set(listOf(inner['required']))
  const members = Object.entries(objectOf(inner['properties']))
  if (members.length === 0) return depth === 0 ? <p>{typeOf(schema)}</p> : null
  if (depth === DEEPEST) return <p class='muted'>{words.deeper}</p>
  return (
    <>
      {depth === 0 && inner !== schema ? <p>{typeOf(schema)}</p> : null}
      <ul class='schema' lang='en'>
        {members.map(([name, value]) => (
          <li key={name}>
            <code>{name}</code>{' '}
            <span class='muted'>
              {typeOf(objectOf(value))}
              {required.has(name) ? `, ${words.required}` : ''}
            </span>
            <SchemaList schema={objectOf(value)} words={words} depth={depth + 1} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** What has members: the schema, or the one of its items, or of one that may be null. */
function innerOf(schema: Json): Json {
  if (schema['items'] !== undefined) return innerOf(objectOf(schema['items']))
  const some = listOf(schema['anyOf']).map(objectOf).filter((one) => one['type'] !== 'null')
  return some.length === 1 ? innerOf(objectOf(some[0])) : schema
}

export function typeOf(schema: Json): string {
  const some = listOf(schema['anyOf']).map(objectOf)
  if (some.length > 0) return some.map(typeOf).join(' | ')
  if (schema['const'] !== undefined) return JSON.stringify(schema['const'])
  const values = listOf(schema['enum'])
  if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(' | ')
  if (schema['items'] !== undefined) return `[ ${typeOf(objectOf(schema['items']))} ]`
  const type = textOf(schema['type'])
  const { format, pattern, minimum } = schema
  const more = [format, pattern, typeof minimum === 'number' ? `≥ ${minimum}` : undefined]
  return [type, ...more].filter((part) => part !== undefined && part !== '').join(' ')
}
