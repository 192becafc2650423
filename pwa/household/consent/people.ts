/**
 * Sharing with somebody at home, who has an identity of the same kind: nobody asks, the owner gives.
 *
 * @module
 */
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import { type Bytes, equal, fromBase64url, toBase64url } from '../../../shared/bytes.ts'
import { CborError } from '../../../shared/cbor.ts'
import { spacing } from '../../../shared/consent/request.ts'
import { stateAt } from '../../../shared/consent/steps.ts'
import {
  fingerprint,
  type Identity,
  IdentityError,
  readIdentity,
  sealKeyOf,
} from '../../../shared/identity/identity.ts'
import { StatementError } from '../../../shared/identity/statement.ts'
import { isName } from '../../../shared/name.ts'
import { AppError } from '../../app-error.ts'
import {
  type ConsentActions,
  consentProgress,
  type Line,
  type ShownTerms,
} from '../../consent/state.ts'
import { loadMeters } from '../../vault/meters.ts'
import { loadPeople, nameOf, namePerson } from '../../vault/people.ts'
import type { OwnerActions, OwnerOptions } from './actions.ts'
import { signGrant } from './allow.ts'
import { grantsTo } from './requests.ts'

export type People = Pick<ConsentActions, 'openPerson' | 'shareWith' | 'namePerson'>

const DAY = 86_400
const LONGEST = 3 * 365 * DAY
const FURTHEST_BACK = 2 * 365 * DAY
const LONGEST_NAME = 40
const ADDRESS = /^[A-Za-z0-9_-]{43}$/

export function createPeople(
  options: Pick<OwnerOptions, 'vault' | 'running'>,
  actions: Pick<OwnerActions, 'give' | 'channelOf'>,
): People {
  const { vault: { database }, running } = options
  const found = new Map<string, Identity>()

  return {
    async openPerson(address) {
      const { self, client } = await running()
      const id = parseAddress(address)
      if (equal(id, self.owner.identity.id)) throw new AppError('person-self')
      const person = await fetchPerson(client, id)
      // Whoever is known already is still the same.
      const before = await grantsTo(database, person)
      const now = Math.floor(Date.now() / 1000)
      const holds = before.find(({ standing }) => stateAt(standing, now).phase !== 'ended')
      const names = await loadPeople(database)
      const name = toBase64url(id)
      found.set(name, person)
      return {
        id: name,
        fingerprint: fingerprint(id),
        name: before.length === 0 ? '' : nameOf(names, id),
        offer: offerOf(await lines(), now),
        holds: holds === undefined ? null : toBase64url(holds.standing.grant.grant),
      }
    },

    async shareWith(id, called, terms) {
      const identity = found.get(id)
      const key = identity === undefined ? undefined : sealKeyOf(identity)
      if (identity === undefined || key === undefined) throw new AppError('person-unknown')
      const name = nameIn(called)
      const receiver = { identity, toKey: key.index, known: null, request: null }
      try {
        const { grant, deed } = await signGrant(options, actions.channelOf, receiver, terms)
        await namePerson(database, identity.id, name)
        await actions.give(deed)
        return toBase64url(grant)
      } finally {
        consentProgress.value = null
      }
    },

    async namePerson(id, called) {
      await namePerson(database, fromBase64url(id), nameIn(called))
    },
  }

  /** What is recorded, as finely as it is; each telegram for itself, and last. */
  async function lines(): Promise<Line[]> {
    const all = (await loadMeters(database)).flatMap(({ id: meter, channels }) =>
      channels.map(({ classes, resolution }) => ({ meter, classes, resolution }))
    )
    const isLive = ({ resolution }: Line) => resolution === 'live'
    const bars = all.filter((line) => !isLive(line))
    const isFinest = (line: Line) =>
      bars.every(({ meter, classes, resolution }) =>
        meter !== line.meter || classes !== line.classes ||
        spacing(resolution) >= spacing(line.resolution)
      )
    return [...bars.filter(isFinest), ...all.filter(isLive)]
  }
}

function offerOf(lines: readonly Line[], now: number): ShownTerms {
  return {
    lines,
    purposes: ['household'],
    from: now,
    until: now + LONGEST,
    history: now - FURTHEST_BACK,
  }
}

/** @throws {AppError} */
function nameIn(called: string): string {
  const name = called.trim().normalize('NFC')
  if (!isName(name) || name.length > LONGEST_NAME) throw new AppError('person-nameless')
  return name
}

/** The id as it is shown, or the link that has it behind its `#`. @throws {AppError} */
function parseAddress(text: string): Bytes {
  const id = text.slice(text.lastIndexOf('#') + 1).trim()
  if (!ADDRESS.test(id)) throw new AppError('person-address')
  return fromBase64url(id)
}

/** Another owner, whose chain of changes holds and begins with that id. @throws {AppError} */
async function fetchPerson(client: Pick<Client, 'identity'>, id: Bytes): Promise<Identity> {
  const person = await fetched(client, id)
  if (!equal(person.id, id)) throw new AppError('person-unknown')
  if (person.kind !== 'owner' || sealKeyOf(person) === undefined) throw new AppError('person-none')
  return person
}

async function fetched(client: Pick<Client, 'identity'>, id: Bytes): Promise<Identity> {
  try {
    return await readIdentity((await client.identity(id)).changes)
  } catch (error) {
    const isNone = error instanceof IdentityError || error instanceof StatementError ||
      error instanceof CborError || (error instanceof ApiProblem && error.status === 404)
    throw isNone ? new AppError('person-unknown', error) : error
  }
}
