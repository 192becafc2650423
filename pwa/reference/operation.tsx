/**
 * One operation: folded to its line until it is opened, by a click or by its address.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Answer, Content, Operation } from './document.ts'
import type { Signers } from './identities.ts'
import { SchemaList, typeOf } from './schema.tsx'
import { Try } from './try.tsx'
import type { Words } from './words.ts'

export interface OperationProps {
  readonly operation: Operation
  readonly server: string
  readonly signers: Signers | null
  readonly words: Words
  readonly open: boolean
}

export function OperationShown(props: OperationProps): JSX.Element {
  const { operation, words } = props
  const [opened, setOpened] = useState(props.open)
  const { id, method, path, summary, token } = operation
  return (
    <details
      id={id}
      class='operation'
      open={opened}
      onToggle={(event) => setOpened(event.currentTarget.open)}
    >
      <summary>
        <h3 lang='en'>
          <code class='method'>{method}</code> <code class='path'>{path}</code>
          <span class='what'>{summary}</span>
        </h3>
        {token ? <span class='muted'>{words.needsToken}</span> : null}
      </summary>
      {opened ? <Inside {...props} /> : null}
    </details>
  )
}

function Inside({ operation, server, signers, words }: OperationProps): JSX.Element {
  const { description, body, answers } = operation
  const good = answers.filter(({ content }) => !content.some(isProblem))
  const problems = answers.filter(({ content }) => content.some(isProblem))
  return (
    <div class='inside'>
      {description === '' ? null : <p lang='en'>{description}</p>}
      {body === null ? null : (
        <>
          <h4>{words.body}</h4>
          <p lang='en'>
            <code>{body.type}</code> {body.description}
          </p>
          {body.schema['properties'] === undefined
            ? null
            : <SchemaList schema={body.schema} words={words} />}
        </>
      )}
      <Try operation={operation} server={server} signers={signers} words={words} />
      <h4>{words.answers}</h4>
      {good.map((answer) => <AnswerKind key={answer.status} answer={answer} words={words} />)}
      <h4>{words.problems}</h4>
      <dl class='problems' lang='en'>
        {problems.map((answer) => (
          <div key={answer.status}>
            <dt>{answer.status}</dt>
            <dd>
              <ul>
                {answer.description.split('\n\n').map((line) => (
                  <ProblemLine key={line} line={line} />
                ))}
              </ul>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function isProblem({ type }: Content): boolean {
  return type === 'application/problem+json'
}

/** As the document has it: a code in backticks, a colon, and what it means. */
function ProblemLine({ line }: { line: string }): JSX.Element {
  const [, code, title] = /^`([a-z-]+)`: (.*)$/.exec(line) ?? []
  if (code === undefined) return <li>{line}</li>
  return (
    <li>
      <a href={`/problems/${code}`}>
        <code>{code}</code>
      </a>{' '}
      {title}
    </li>
  )
}

function AnswerKind({ answer, words }: { answer: Answer; words: Words }): JSX.Element {
  const { status, description, headers, content } = answer
  return (
    <div class='kind'>
      <p lang='en'>
        <strong>{status}</strong> {description}
      </p>
      {headers.length === 0 ? null : (
        <details>
          <summary>{words.headers}</summary>
          <dl class='headers' lang='en'>
            {headers.map(({ name, description }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{description}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {content.map(({ type, schema, example }) => (
        <div key={type}>
          <p>
            <code>{type}</code>
            {type === 'application/json' ? null : <span class='muted'>{` ${typeOf(schema)}`}</span>}
          </p>
          {type === 'application/json'
            ? (
              <details>
                <summary>{words.schema}</summary>
                <SchemaList schema={schema} words={words} />
              </details>
            )
            : null}
          {example === undefined ? null : (
            <details>
              <summary>{words.example}</summary>
              <pre lang='en'>{JSON.stringify(example, null, 2)}</pre>
            </details>
          )}
        </div>
      ))}
    </div>
  )
}
