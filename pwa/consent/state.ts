/**
 * What the app knows of requests and grants, and what the rooms may ask of them: as plain values
 * that go from tab to tab. Ids are base64url, times are seconds since 1970.
 *
 * @module
 */
import { signal } from '@preact/signals'
import type { EndReason, RevokeReason, StepWhat } from '../../shared/consent/steps.ts'
import type { Purpose } from '../../shared/consent/terms.ts'
import type { DataClass } from '../../shared/meter/reading.ts'
import type { SharedActions } from '../sharing/shared-state.ts'

/** What one meter gives at one resolution; its channel may still have to be opened. */
export interface Line {
  readonly meter: string
  readonly classes: DataClass
  /** `live` or an ISO 8601 duration. */
  readonly resolution: string
}

/** Terms in the owner's words: lines for channels. */
export interface ShownTerms {
  readonly lines: readonly Line[]
  readonly purposes: readonly Purpose[]
  readonly from: number
  readonly until: number
  /** The oldest reading it gives; equal to `from` where no history is given. */
  readonly history: number
}

/** Who asks, or who was allowed: by its own signed registration. */
export interface Party {
  readonly id: string
  readonly kind: 'provider' | 'person'
  readonly name: string
  /** ASCII; empty of a person. */
  readonly domain: string
  /** A data URI of a picture. */
  readonly logo: string | null
  /** `mailto:` or `https:` */
  readonly contact: string | null
  /** Approved by the operator of this platform, and until when. */
  readonly verified: boolean
  /** Of the sealing key that a grant would be sealed to: SHA-256, hex. */
  readonly key: string
  /** Every address that the registration lists. */
  readonly redirects: readonly string[]
}

export interface ConsentRequest {
  readonly id: string
  readonly party: Party
  /** Where the browser goes with the answer; null for a request without a browser. */
  readonly redirect: string | null
  /** What the party shows beside it, to be compared; null for nothing. */
  readonly message: string | null
  /** Another browser opened it before this one, and goes on with the answer. */
  readonly elsewhere: boolean
  /** All that can be allowed; its purposes are those that the party needs. */
  readonly offer: ShownTerms
  /** Purposes that it asks for and can do without. */
  readonly optional: readonly Purpose[]
  /** What was asked for and no meter here gives. */
  readonly missing: readonly { readonly classes: DataClass; readonly resolution: string }[]
  /** When it can no longer be answered. */
  readonly expires: number
  /** A grant to the same party that holds already. */
  readonly holds: string | null
  /** Answered before, with yes or no; null while it was not. */
  readonly answered: boolean | null
}

/** Somebody at home, of whom it is not yet said that it is the one that is meant. */
export interface PersonOffer {
  readonly id: string
  readonly fingerprint: string
  /** As it was called here before; empty for somebody new. */
  readonly name: string
  /** All that can be given. */
  readonly offer: ShownTerms
  /** A grant to the same person that holds already. */
  readonly holds: string | null
}

/** To be typed on the device that can answer. */
export interface ShortCode {
  readonly code: string
  readonly expires: number
}

/** Where a browser goes that only waited. */
export interface WayOn {
  readonly to: string
  /** The operator vouches for whom it leads to. */
  readonly verified: boolean
}

/** What of allowing is being done, and how far. */
export interface ConsentProgress {
  readonly step: 'channels' | 'keys' | 'signing' | 'sending'
  /** Epochs or blocks whose keys were handed over, of so many; only in `keys`. */
  readonly done: number
  readonly of: number
}

/** Where the recipient's reading ended, or stands. */
export interface LastBlock {
  readonly line: Line
  /** Base64url of the channel's id. */
  readonly channel: string
  /** Null when it could read none. */
  readonly seq: number | null
  readonly at: number | null
  /** The device has not yet turned the key: a block it sealed meanwhile is withheld. */
  readonly provisional: boolean
  /** Blocks under the old key that came after the end. */
  readonly withheld: number
}

export interface GrantStep {
  readonly what: 'granted' | StepWhat
  readonly by: 'owner' | 'recipient'
  readonly at: number
  /** Of `revoked`. */
  readonly reason?: RevokeReason
  /** Of `erasure-answered`. */
  readonly done?: boolean
  /** Of `key-changed`: it is another grant key, for the recipient's key that it was. */
  readonly renewed?: true
}

export interface GrantView {
  readonly id: string
  readonly party: Party
  /** Those that hold now. */
  readonly terms: ShownTerms
  readonly phase: 'waiting' | 'active' | 'paused' | 'ended'
  /** Of `ended`. */
  readonly ended: { readonly reason: EndReason; readonly at: number } | null
  readonly grantedAt: number
  /** Oldest first; begins with `granted`. */
  readonly steps: readonly GrantStep[]
  /** What the platform counted; null while it cannot be asked. */
  readonly access: {
    readonly first: number | null
    readonly last: number | null
    readonly count: number
  } | null
  /** One per channel; empty before the end. */
  readonly lastBlocks: readonly LastBlock[]
  readonly erasure: 'none' | 'asked' | 'done' | 'declined'
  /**
   * The recipient has another key than the one this was sealed to: `signed` by the one before, so it
   * was sealed anew; or not, and so it has ended (only a new consent helps).
   */
  readonly keyChange: 'none' | 'signed' | 'unsigned'
  /** Something that was decided here has not reached the platform yet. */
  readonly unsent: boolean
}

/** One of the owner's browsers, as its identity lists them. */
export interface OwnBrowser {
  /** Of its sign key. */
  readonly index: number
  /** This one. */
  readonly own: boolean
  readonly since: number
  /** SHA-256 of its public key, hex. */
  readonly key: string
  /** It is being taken back. */
  readonly going: boolean
}

export interface AccessEntry {
  readonly line: Line
  /** Start of the hour that it counts. */
  readonly hour: number
  /** Which blocks. */
  readonly first: number
  readonly last: number
  readonly count: number
  readonly lastAt: number
}

/** All grants, the newest first; null until the owner's history was read and verified. */
export const grants = signal<readonly GrantView[] | null>(null)
/** The id of the owner's identity: where it is asked without a browser; null before there is one. */
export const ownId = signal<string | null>(null)
/** What waits for an answer, without a browser or in another one; what is over first comes first. */
export const requests = signal<readonly ConsentRequest[]>([])
/** When it was seen that a yes came too late, and nothing was allowed; null where none did. */
export const tooLate = signal<number | null>(null)
export const consentProgress = signal<ConsentProgress | null>(null)
/** Key of the sentence that says why the owner's history is not shown; null when it is. */
export const historyProblem = signal<'history-rolled-back' | 'history-invalid' | null>(null)

/** Every promise settles; a failure rejects with an `AppError`. */
export interface ConsentActions extends SharedActions {
  /** Fetches the history, verifies it and shows the grants and what waits. */
  showGrants(): Promise<void>
  /** Looks for what waits for an answer. */
  showWaiting(): Promise<void>
  /**
   * A pushed request, with its party's registration verified. Rejects with `request-unknown`,
   * `request-expired`, `request-changed` or `no-owner`.
   */
  openRequest(client: string, requestUri: string): Promise<ConsentRequest>
  /** The same of one that waits here. */
  openWaiting(id: string): Promise<ConsentRequest>
  /** The id of the request whose code another screen shows; it waits here from then on. */
  requestOfCode(typed: string): Promise<string>
  /**
   * Allows it, no wider than offered, or denies it with `null`. Where the browser goes next, or null where another one does, or none. Rejects
   * with `answer-waits` when a yes is signed and the platform is away.
   */
  answerRequest(id: string, terms: ShownTerms | null): Promise<string | null>
  /** Where the browser goes with the answer that one was given here before; null as above. */
  goOn(id: string): Promise<string | null>
  /**
   * Where the browser goes once the request was answered on another device, needing no keys; null
   * while it was not. An address that the asker has not registered is none.
   */
  answeredElsewhere(client: string, requestUri: string): Promise<WayOn | null>
  /** A code to type on the device that can answer; needs no keys. */
  newCode(requestUri: string): Promise<ShortCode>
  /**
   * Who has an address, with all that can be shared. Rejects with `person-address`, `person-self`,
   * `person-unknown` (nobody has it), `person-none` (a provider or a device) or `request-changed`.
   */
  openPerson(address: string): Promise<PersonOffer>
  /** Gives it to the person under that name; the id of the grant. */
  shareWith(id: string, name: string, terms: ShownTerms): Promise<string>
  /** The owner has seen that a yes came too late. */
  seenTooLate(): Promise<void>
  pauseGrant(id: string): Promise<void>
  resumeGrant(id: string): Promise<void>
  narrowGrant(id: string, terms: ShownTerms): Promise<void>
  revokeGrant(id: string): Promise<void>
  /** Revokes every grant that has not ended. */
  moveOut(): Promise<void>
  askErasure(id: string): Promise<void>
  /** The owner's browsers: each signs with a key of its own. None before the first use. */
  browsers(): Promise<readonly OwnBrowser[]>
  /**
   * Takes a browser back: it acts for the owner no more, and what is sealed from now on it cannot
   * open. Where the platform cannot be reached it is done as soon as it can.
   */
  takeBack(index: number): Promise<void>
  accessLog(id: string): Promise<readonly AccessEntry[]>
  /** The receipt as both sides have it: a compact JWS. */
  receipt(id: string): Promise<{ name: string; bytes: Uint8Array }>
  /**
   * Deletes readings and keys of a line for good, of the epochs that lie wholly in `from` to `to`;
   * how many they were.
   */
  erase(line: Line, from: number, to: number): Promise<number>
}
