/**
 * The API's reference: a page of its own beside the app, made of the platform's OpenAPI document.
 * It shares the app's origin and so its keys, and has no code but the project's own.
 *
 * @module
 */
import { type JSX, render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type Group, type Operation, readDocument, type Reference } from './document.ts'
import { findSigners, type Signers } from './identities.ts'
import { OperationShown } from './operation.tsx'
import { chooseWords, type Words } from './words.ts'

function Page({ reference, signers, words }: {
  reference: Reference
  signers: Signers | null
  words: Words
}): JSX.Element {
  const [wanted, setWanted] = useState('')
  const [target, setTarget] = useState(location.hash.slice(1))
  useEffect(() => {
    const follow = () => setTarget(location.hash.slice(1))
    addEventListener('hashchange', follow)
    document.getElementById(target)?.scrollIntoView()
    return () => removeEventListener('hashchange', follow)
  }, [target])
  const groups = reference.groups
    .map((group) => ({ ...group, operations: group.operations.filter((one) => has(one, wanted)) }))
    .filter(({ operations }) => operations.length > 0)
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <p class='muted'>
          {words.version} {reference.version} · <a href='/openapi.json'>{words.document}</a> ·{' '}
          <a href='/'>{words.app}</a>
        </p>
      </header>
      <main>
        <div class='about' lang='en'>
          {reference.description.split('\n\n').map((text) => <p key={text}>{text}</p>)}
        </div>
        <nav aria-label={words.groups}>
          <ul>
            {reference.groups.map(({ name }) => (
              <li key={name}>
                <a href={`#${name}`} lang='en'>{name}</a>
              </li>
            ))}
          </ul>
        </nav>
        <label class='find'>
          {words.find}
          <input
            type='search'
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        {groups.length === 0 ? <p>{words.none}</p> : null}
        {groups.map((group) => (
          <GroupShown
            key={group.name}
            group={group}
            reference={reference}
            signers={signers}
            words={words}
            target={target}
          />
        ))}
      </main>
    </>
  )
}

function GroupShown({ group, reference, signers, words, target }: {
  group: Group
  reference: Reference
  signers: Signers | null
  words: Words
  target: string
}): JSX.Element {
  const { name, description, operations } = group
  return (
    <section id={name}>
      <h2 lang='en'>{name}</h2>
      <p class='muted' lang='en'>{description}</p>
      {operations.map((operation) => (
        <OperationShown
          key={operation.id === target ? `${operation.id} open` : operation.id}
          operation={operation}
          server={reference.server}
          signers={signers}
          words={words}
          open={operation.id === target}
        />
      ))}
    </section>
  )
}

function has({ method, path, summary }: Operation, wanted: string): boolean {
  return `${method} ${path} ${summary}`.toLowerCase().includes(wanted.trim().toLowerCase())
}

function Failed({ words }: { words: Words }): JSX.Element {
  return (
    <main>
      <h1>{words.failed}</h1>
      <p>{words.failedDo}</p>
      <button type='button' onClick={() => location.reload()}>{words.again}</button>
    </main>
  )
}

async function start(): Promise<void> {
  const place = document.getElementById('reference')
  if (place === null) throw new TypeError('reference.html has no place for the reference')
  const { words, language } = chooseWords()
  document.documentElement.lang = language
  document.title = words.title
  try {
    const [answer, signers] = await Promise.all([
      fetch('/openapi.json'),
      findSigners().catch(() => null),
    ])
    if (!answer.ok) throw new TypeError('The platform has no OpenAPI document')
    const reference = readDocument(await answer.json())
    render(<Page reference={reference} signers={signers} words={words} />, place)
  } catch {
    render(<Failed words={words} />, place)
  }
}

void start()
