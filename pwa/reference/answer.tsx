/**
 * The answer to a request that was tried: status, time, headers, and the body as what it is.
 *
 * @module
 */
import type { JSX } from 'preact'
import { type Bytes, fromUtf8, toHex } from '../../shared/bytes.ts'
import { diagnose } from './diagnostic.ts'
import { isText } from './request.ts'
import type { Answered } from './send.ts'
import type { Words } from './words.ts'

/** Characters and bytes shown at the most. */
const MOST = 100_000
const MOST_HEX = 1024

export function AnswerShown({ answer, words }: { answer: Answered; words: Words }): JSX.Element {
  const { status, statusText, headers, took, cut, body } = answer
  return (
    <div class='answer'>
      <p>
        <strong class='status' lang='en'>{`${status} ${statusText}`.trim()}</strong>{' '}
        <span class='muted'>
          {words.took.replace('{ms}', String(Math.round(took)))} ·{' '}
          {words.size.replace('{count}', String(body.length))}
        </span>
      </p>
      <details>
        <summary>{words.headers}</summary>
        <dl class='headers'>
          {headers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      <BodyShown answer={answer} words={words} />
      {cut ? <p class='muted'>{words.cut}</p> : null}
    </div>
  )
}

function BodyShown({ answer: { type, body }, words }: {
  answer: Answered
  words: Words
}): JSX.Element {
  if (body.length === 0) return <p class='muted'>{words.empty}</p>
  const text = isText(type) ? textOf(type, body) : null
  if (text !== null) return <pre lang='en'>{text.slice(0, MOST)}</pre>
  const items = /cbor/.test(type) ? diagnose(body) : null
  const hex = toHex(body.subarray(0, MOST_HEX)).replaceAll(/(.{2})(?=.)/g, '$1 ')
  return (
    <>
      {items === null ? null : (
        <>
          <h5>{words.items}</h5>
          <pre>{items.join('\n\n').slice(0, MOST)}</pre>
        </>
      )}
      <h5>{words.hex}</h5>
      <pre>{body.length > MOST_HEX ? `${hex} …` : hex}</pre>
    </>
  )
}

function textOf(type: string, body: Bytes): string | null {
  try {
    const text = fromUtf8(body)
    return type.endsWith('json') ? JSON.stringify(JSON.parse(text), null, 2) : text
  } catch {
    return null
  }
}
