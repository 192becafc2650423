/**
 * What a provider keeps between two starts.
 *
 * @module
 */
import * as v from 'valibot'

/**
 * Where a provider keeps what must outlive the process: its keys, what it asked for, and the refresh
 * token of each grant. Kept as carefully as passwords; `set` has to be durable when it resolves.
 */
export interface Keep {
  /** Null for what is not kept. */
  get(name: string): Promise<string | null>
  /** Null forgets. */
  set(name: string, value: string | null): Promise<void>
  /** Names that begin with this, in any order. */
  names(beginning: string): Promise<readonly string[]>
}

/** What was kept, if it is still of that form. */
export function kept<S extends v.GenericSchema>(
  schema: S,
  text: string | null,
): v.InferOutput<S> | null {
  if (text === null) return null
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  return parsed.success ? parsed.output : null
}

/** For trials and tests: forgets everything with the process. */
export function keepInMemory(): Keep {
  const values = new Map<string, string>()
  return {
    get: (name) => Promise.resolve(values.get(name) ?? null),
    set: (name, value) => {
      if (value === null) values.delete(name)
      else values.set(name, value)
      return Promise.resolve()
    },
    names: (beginning) =>
      Promise.resolve([...values.keys()].filter((name) => name.startsWith(beginning))),
  }
}
