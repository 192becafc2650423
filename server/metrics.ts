/**
 * Numbers for operators, in the Prometheus text format (version 0.0.4), of this process. Labels are
 * route templates, statuses and problem codes: a closed set, and nobody's id among them.
 *
 * @module
 */
import type { ProblemCode } from '../shared/api/problems.ts'

export interface Metrics {
  request(route: string, method: string, status: number, seconds: number): void
  problem(code: ProblemCode): void
  /** What a post brought. */
  accepted(blocks: number, readings: number, forks: number): void
  /** One transaction of ingest: how many posts shared it, and how long it took. */
  committed(posts: number, seconds: number): void
  render(): string
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const POSTS = [1, 2, 4, 8, 16, 32, 64]

interface Histogram {
  readonly counts: number[]
  sum: number
  count: number
}

export function metrics(): Metrics {
  const requests = new Map<string, number>()
  const durations = new Map<string, Histogram>()
  const problems = new Map<string, number>()
  const counters = { blocks: 0, readings: 0, forks: 0 }
  const groups = histogram(POSTS)
  const commits = histogram(SECONDS)

  return {
    request(route, method, status, seconds) {
      add(requests, `method="${method}",route="${route}",status="${status}"`)
      const labels = `method="${method}",route="${route}"`
      const known = durations.get(labels) ?? histogram(SECONDS)
      durations.set(labels, known)
      observe(known, SECONDS, seconds)
    },
    problem(code) {
      add(problems, `code="${code}"`)
    },
    accepted(blocks, readings, forks) {
      counters.blocks += blocks
      counters.readings += readings
      counters.forks += forks
    },
    committed(posts, seconds) {
      observe(groups, POSTS, posts)
      observe(commits, SECONDS, seconds)
    },
    render() {
      const lines = [
        ...head('kilowit_requests_total', 'counter', 'Requests answered.'),
        ...[...requests].map(([labels, n]) => `kilowit_requests_total{${labels}} ${n}`),
        ...head('kilowit_request_seconds', 'histogram', 'Time to the head of the answer.'),
        ...[...durations].flatMap(([labels, known]) =>
          series('kilowit_request_seconds', SECONDS, known, labels)
        ),
        ...head('kilowit_problems_total', 'counter', 'Problems answered, by code.'),
        ...[...problems].map(([labels, n]) => `kilowit_problems_total{${labels}} ${n}`),
        ...head('kilowit_blocks_accepted_total', 'counter', 'Blocks accepted.'),
        `kilowit_blocks_accepted_total ${counters.blocks}`,
        ...head('kilowit_readings_accepted_total', 'counter', 'Readings in accepted blocks.'),
        `kilowit_readings_accepted_total ${counters.readings}`,
        ...head('kilowit_forks_total', 'counter', 'Forks kept as evidence.'),
        `kilowit_forks_total ${counters.forks}`,
        ...head('kilowit_commit_posts', 'histogram', 'Posts that shared a transaction.'),
        ...series('kilowit_commit_posts', POSTS, groups),
        ...head('kilowit_commit_seconds', 'histogram', 'Time of a transaction of ingest.'),
        ...series('kilowit_commit_seconds', SECONDS, commits),
      ]
      return `${lines.join('\n')}\n`
    },
  }
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function add(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1)
}

function histogram(bounds: readonly number[]): Histogram {
  return { counts: bounds.map(() => 0), sum: 0, count: 0 }
}

function observe(known: Histogram, bounds: readonly number[], value: number): void {
  known.sum += value
  known.count++
  for (let i = bounds.length - 1; i >= 0 && value <= (bounds[i] ?? 0); i--) {
    known.counts[i] = (known.counts[i] ?? 0) + 1
  }
}

function series(
  name: string,
  bounds: readonly number[],
  known: Histogram,
  labels = '',
): string[] {
  const joined = (more: string) => [labels, more].filter((text) => text !== '').join()
  const suffix = labels === '' ? '' : `{${labels}}`
  return [
    ...bounds.map((bound, i) =>
      `${name}_bucket{${joined(`le="${bound}"`)}} ${known.counts[i] ?? 0}`
    ),
    `${name}_bucket{${joined('le="+Inf"')}} ${known.count}`,
    `${name}_sum${suffix} ${known.sum}`,
    `${name}_count${suffix} ${known.count}`,
  ]
}
