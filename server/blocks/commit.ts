/**
 * Group commit: while one transaction runs, the posts that come gather for the next. Waiting for
 * the disk is what a post costs most, and so they share it. Where requests may not share a
 * connection, each has a transaction of its own.
 *
 * @module
 */
import type { Database } from '../database.ts'
import { ProblemError } from '../problems.ts'
import type { Verdict } from './accept.ts'
import type { Post } from './post.ts'

export type Transact = (database: Database, posts: readonly Post[]) => Promise<Verdict[]>

export type Submit = (database: Database, post: Post) => Promise<Verdict>

const GROUP_POSTS = 64
const GROUP_BYTES = 8 * 1024 * 1024
const WAITING_BYTES = 64 * 1024 * 1024

interface Waiting {
  readonly database: Database
  readonly post: Post
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (error: unknown) => void
}

export function committer(mode: 'group' | 'single', transact: Transact): Submit {
  return mode === 'single' ? alone(transact) : grouped(transact)
}

function alone(transact: Transact): Submit {
  return async (database, post) => {
    const [verdict] = await transact(database, [post])
    if (verdict === undefined) throw new Error('A transaction gave no outcome')
    return verdict
  }
}

function grouped(transact: Transact): Submit {
  const single = alone(transact)
  const queue: Waiting[] = []
  let waitingBytes = 0
  let running = false

  function takeGroup(): Waiting[] {
    const group: Waiting[] = []
    let bytes = 0
    while (group.length < GROUP_POSTS) {
      const next = queue[0]
      if (next === undefined || (group.length > 0 && bytes + next.post.size > GROUP_BYTES)) break
      queue.shift()
      group.push(next)
      bytes += next.post.size
    }
    waitingBytes -= bytes
    return group
  }

  async function commitGroup(group: readonly Waiting[]): Promise<void> {
    const [first] = group
    if (first === undefined) return
    try {
      const verdicts = await transact(first.database, group.map((waiting) => waiting.post))
      for (const [i, waiting] of group.entries()) {
        const verdict = verdicts[i]
        if (verdict === undefined) waiting.reject(new Error('A transaction gave no outcome'))
        else waiting.resolve(verdict)
      }
    } catch (error) {
      if (group.length === 1) return first.reject(error)
      // One post's fault must not be the others': each once more, alone. If the commit did happen
      // and only its answer was lost, they are the same blocks again and get the same answer.
      for (const { database, post, resolve, reject } of group) {
        await single(database, post).then(resolve, reject)
      }
    }
  }

  async function run(): Promise<void> {
    running = true
    while (queue.length > 0) await commitGroup(takeGroup())
    running = false
  }

  return (database, post) => {
    if (waitingBytes + post.size > WAITING_BYTES) {
      throw new ProblemError('too-many-requests', {}, { 'Retry-After': '1' })
    }
    return new Promise((resolve, reject) => {
      queue.push({ database, post, resolve, reject })
      waitingBytes += post.size
      if (!running) void run()
    })
  }
}
