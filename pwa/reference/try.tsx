/**
 * The form of an operation: what goes into the path, the query, the headers and the body, the same
 * as a command, and the answer of this platform.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId, useState } from 'preact/hooks'
import { ApiProblem, Unreachable } from '../../shared/api/transport.ts'
import { useCopy } from '../parts/use-copy.ts'
import { AnswerShown } from './answer.tsx'
import type { Operation, Parameter } from './document.ts'
import type { Signers } from './identities.ts'
import { curlOf, type Filled, isText, keyOf, requestOf } from './request.ts'
import { type Answered, send } from './send.ts'
import { typeOf } from './schema.tsx'
import type { Words } from './words.ts'

export interface TryProps {
  readonly operation: Operation
  readonly server: string
  readonly signers: Signers | null
  readonly words: Words
}

type Result =
  | { readonly kind: 'none' | 'sending' }
  | { readonly kind: 'answered'; readonly answer: Answered }
  | { readonly kind: 'failed'; readonly sentence: string }

export function Try({ operation, server, signers, words }: TryProps): JSX.Element {
  const [filled, setFilled] = useState<Filled>(() => startOf(operation))
  const [by, setBy] = useState<keyof Signers>('owner')
  const [result, setResult] = useState<Result>({ kind: 'none' })
  const id = useId()
  const fill = (key: string, value: string) => setFilled((known) => ({ ...known, [key]: value }))

  async function submit(): Promise<void> {
    setResult({ kind: 'sending' })
    try {
      const signer = operation.token ? signers?.[by] ?? null : null
      setResult({ kind: 'answered', answer: await send(requestOf(operation, filled), signer) })
    } catch (error) {
      setResult({ kind: 'failed', sentence: sentenceOf(error, words) })
    }
  }

  const may = !operation.token || signers !== null
  return (
    <>
      <h4>{words.curl}</h4>
      <Command text={curlOf(operation, filled, server)} words={words} />
      <h4>{words.try}</h4>
      {may ? null : <p class='muted'>{words.nobody}</p>}
      <form
        class='form'
        onSubmit={(event) => {
          event.preventDefault()
          if (may && result.kind !== 'sending') void submit()
        }}
      >
        {operation.parameters.map((one) => (
          <Field
            key={keyOf(one.place, one.name)}
            parameter={one}
            value={filled[keyOf(one.place, one.name)] ?? ''}
            change={(value) => fill(keyOf(one.place, one.name), value)}
            words={words}
          />
        ))}
        {operation.body === null ? null : (
          <div class='field'>
            <label for={`${id}-body`}>
              {words.body}{' '}
              <span class='muted'>
                {isText(operation.body.type) ? words.text : words.bytes}, {operation.body.type}
              </span>
            </label>
            <textarea
              id={`${id}-body`}
              rows={4}
              spellcheck={false}
              value={filled['body'] ?? ''}
              onInput={(event) => fill('body', event.currentTarget.value)}
            />
          </div>
        )}
        {operation.token && signers !== null
          ? (
            <div class='field'>
              <label for={`${id}-by`}>{words.as}</label>
              <select
                id={`${id}-by`}
                aria-describedby={`${id}-note`}
                value={by}
                onChange={(event) =>
                  setBy(event.currentTarget.value === 'device' ? 'device' : 'owner')}
              >
                <option value='owner'>{words.owner}</option>
                <option value='device'>{words.device}</option>
              </select>
              <p id={`${id}-note`} class='muted'>{words.signs}</p>
            </div>
          )
          : null}
        {operation.method === 'GET' ? null : <p class='muted'>{words.changes}</p>}
        <button type='submit' aria-disabled={!may || result.kind === 'sending'}>
          {words.send}
        </button>
      </form>
      <output aria-label={words.answer}>
        {result.kind === 'sending' ? <p class='muted'>{words.sending}</p> : null}
        {result.kind === 'failed' ? <p>{result.sentence}</p> : null}
        {result.kind === 'answered' ? <AnswerShown answer={result.answer} words={words} /> : null}
      </output>
    </>
  )
}

/** A value that the schema has only one of is filled in already. */
function startOf({ parameters, body }: Operation): Filled {
  const values = parameters.filter(({ place, schema }) =>
    place === 'path' && Array.isArray(schema['enum'])
  )
    .map(({ place, name, schema }) => {
      const [first] = Array.isArray(schema['enum']) ? schema['enum'] : []
      return [keyOf(place, name), String(first)] as const
    })
  const form = body?.type === 'application/x-www-form-urlencoded'
    ? [
      [
        'body',
        'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=',
      ] as const,
    ]
    : []
  return Object.fromEntries([...values, ...form])
}

function Field({ parameter, value, change, words }: {
  parameter: Parameter
  value: string
  change: (value: string) => void
  words: Words
}): JSX.Element {
  const id = useId()
  const { name, place, required, schema, description } = parameter
  const where = { path: words.inPath, query: words.inQuery, header: words.inHeader }[place]
  return (
    <div class='field'>
      <label for={id}>
        <code>{name}</code>{' '}
        <span class='muted'>{required ? `${where}, ${words.required}` : where}</span>
      </label>
      <input
        id={id}
        required={required}
        autocomplete='off'
        spellcheck={false}
        aria-describedby={`${id}-note`}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <p id={`${id}-note`} class='muted' lang='en'>
        {[description, Array.isArray(schema['enum']) ? '' : typeOf(schema)].filter((text) =>
          text !== ''
        )
          .join(' · ')}
      </p>
    </div>
  )
}

function Command({ text, words }: { text: string; words: Words }): JSX.Element {
  const [copied, copy] = useCopy(text)
  return (
    <div class='command'>
      <pre lang='en'>{text}</pre>
      <button type='button' class='small' onClick={copy}>
        {copied ? words.copied : words.copy}
      </button>
    </div>
  )
}

function sentenceOf(error: unknown, words: Words): string {
  if (error instanceof Unreachable) return words.unreachable
  if (error instanceof SyntaxError || error instanceof RangeError) return words.badHex
  return error instanceof ApiProblem ? error.message : words.unreachable
}
