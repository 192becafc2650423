/**
 * The OpenAPI document as the page needs it: read from `unknown`, and whatever has another shape is
 * left out.
 *
 * @module
 */
export type Json = Readonly<Record<string, unknown>>

export interface Parameter {
  readonly name: string
  readonly place: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description: string
  readonly schema: Json
}

export interface Content {
  readonly type: string
  readonly schema: Json
  readonly example: unknown
}

export interface Answer {
  readonly status: string
  readonly description: string
  readonly headers: readonly { readonly name: string; readonly description: string }[]
  readonly content: readonly Content[]
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string
  readonly token: boolean
  readonly parameters: readonly Parameter[]
  readonly body: (Content & { readonly description: string }) | null
  readonly answers: readonly Answer[]
}

export interface Group {
  readonly name: string
  readonly description: string
  readonly operations: readonly Operation[]
}

export interface Reference {
  readonly title: string
  readonly version: string
  readonly description: string
  readonly server: string
  readonly groups: readonly Group[]
}

export function readDocument(document: unknown): Reference {
  const whole = objectOf(document)
  const info = objectOf(whole['info'])
  const [server] = listOf(whole['servers'])
  const operations = Object.entries(objectOf(whole['paths'])).flatMap(([path, methods]) =>
    Object.entries(objectOf(methods)).map(([method, operation]) => ({
      tag: textOf(listOf(objectOf(operation)['tags'])[0]),
      operation: readOperation(whole, method.toUpperCase(), path, objectOf(operation)),
    }))
  )
  return {
    title: textOf(info['title']),
    version: textOf(info['version']),
    description: textOf(info['description']),
    server: textOf(objectOf(server)['url']),
    groups: listOf(whole['tags']).map(objectOf).map(({ name, description }) => ({
      name: textOf(name),
      description: textOf(description),
      operations: operations.filter(({ tag }) => tag === name).map(({ operation }) => operation),
    })),
  }
}

function readOperation(whole: Json, method: string, path: string, of: Json): Operation {
  const body = of['requestBody'] === undefined ? null : objectOf(of['requestBody'])
  const [content] = contentOf(whole, body?.['content'])
  return {
    id: textOf(of['operationId']),
    method,
    path,
    summary: textOf(of['summary']),
    description: textOf(of['description']),
    token: listOf(of['security']).length > 0,
    parameters: listOf(of['parameters']).map((one) => resolved(whole, one)).map(readParameter),
    body: body === null || content === undefined
      ? null
      : { ...content, description: textOf(body['description']) },
    answers: Object.entries(objectOf(of['responses'])).map(([status, answer]) => {
      const { description, headers, content } = objectOf(answer)
      return {
        status,
        description: textOf(description),
        headers: Object.entries(objectOf(headers)).map(([name, header]) => ({
          name,
          description: textOf(resolved(whole, header)['description']),
        })),
        content: contentOf(whole, content),
      }
    }),
  }
}

function readParameter({ name, in: at, required, description, schema }: Json): Parameter {
  return {
    name: textOf(name),
    place: at === 'path' || at === 'header' ? at : 'query',
    required: required === true,
    description: textOf(description),
    schema: objectOf(schema),
  }
}

function contentOf(whole: Json, content: unknown): Content[] {
  return Object.entries(objectOf(content)).map(([type, said]) => {
    const { schema, example, examples } = objectOf(said)
    const [first] = Object.values(objectOf(examples))
    const shown = first === undefined ? example : resolved(whole, first)['value']
    return { type, schema: objectOf(schema), example: shown }
  })
}

/** What a reference within the document leads to. */
function resolved(whole: Json, value: unknown): Json {
  const { $ref } = objectOf(value)
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return objectOf(value)
  let at: unknown = whole
  for (const part of $ref.slice(2).split('/')) at = objectOf(at)[part]
  return objectOf(at)
}

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
