/**
 * Holds every answer that a platform gives, to whomever of this process, against its own OpenAPI
 * document: the operation, the status, the headers, the type and the schema.
 *
 * @module
 */
import { mismatches } from '../fuzz/law.ts'
import { members } from '../server/platform.ts'

export interface Watch {
  /** Operations with the statuses that were seen, counted. */
  seen(): number
  faults(): string[]
  stop(): void
}

interface Operation {
  readonly name: string
  readonly method: string
  readonly pattern: RegExp
  readonly responses: Record<string, unknown>
}

/** Watches `fetch` for addresses below `url`, until it is told to stop. */
export async function watchAnswers(url: string): Promise<Watch> {
  const real = globalThis.fetch
  const document = members(await (await real(`${url}/openapi.json`)).json())
  const operations = operationsOf(document)
  const seen = new Set<string>()
  const faults = new Set<string>()

  async function check(method: string, path: string, response: Response): Promise<void> {
    const operation = operations.find((one) => one.method === method && one.pattern.test(path))
    if (operation === undefined) return
    const at = `${operation.name} ${response.status}`
    seen.add(at)
    for (const fault of await faultsOf(operation, response)) faults.add(`${at}: ${fault}`)
  }

  globalThis.fetch = async (input, init) => {
    const response = await real(input, init)
    const address = input instanceof Request ? input.url : String(input)
    if (address.startsWith(url)) {
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
      const copy = isEndless(response) ? new Response(null, response) : response.clone()
      const checked = check(method, new URL(address).pathname, copy).catch((error: unknown) => {
        faults.add(`${method} ${address}: ${String(error)}`)
      })
      await checked
    }
    return response
  }
  return {
    seen: () => seen.size,
    faults: () => [...faults],
    stop: () => {
      globalThis.fetch = real
    },
  }
}

function isEndless(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true
}

async function faultsOf({ responses }: Operation, response: Response): Promise<string[]> {
  const documented = responses[response.status]
  if (documented === undefined) return ['this status is not documented']
  const { headers, content } = members(documented)
  const faults = Object.keys(members(headers))
    .filter((name) => name !== 'Link' && !response.headers.has(name))
    .map((name) => `it has no ${name}`)
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  const said = content === undefined ? undefined : members(content)[type]
  if (said === undefined) return content === undefined ? faults : [...faults, `of type ${type}`]
  const schema = members(members(said)['schema'])
  if (schema['format'] === 'binary') return faults
  return [...faults, ...mismatches(await response.json(), schema, 'answer')]
}

function operationsOf(document: Record<string, unknown>): Operation[] {
  return Object.entries(members(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(members(methods)).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^/]+\}/g, '[^/]+')}$`),
      responses: members(members(operation)['responses']),
    }))
  )
}
