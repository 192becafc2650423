/**
 * What the app knows, as signals: the rooms show it, the household (see household.ts) keeps it
 * true. Nothing here touches the document.
 *
 * @module
 */
import { computed, signal } from '@preact/signals'
export { AppError } from './app-error.ts'
import type { DataClass, Reading } from '../shared/meter/reading.ts'
import type { LineSettings } from '../shared/meter/line.ts'
import type { Tariffs } from './tariff/tariff.ts'
import type { Protocol, RefusalReason } from '../shared/meter/telegram.ts'

/** What the reader is doing. `reading` is the only state in which new readings arrive. */
export type ReaderState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'choosing' }
  /** Listening at one line setting after another to find the meter's. */
  | {
    readonly kind: 'detecting'
    readonly settings: LineSettings
    readonly step: number
    readonly steps: number
  }
  /** The line is open and telegrams come, or should: `quiet` when none came for a while. */
  | {
    readonly kind: 'reading'
    readonly settings: LineSettings
    readonly simulated: boolean
    readonly quiet: boolean
    /** Framing and parity errors, breaks and overruns, after each of which reading went on. */
    readonly faults: number
  }
  /** Asking for a meter that says nothing by itself; so many bytes of its answer came. */
  | {
    readonly kind: 'asking'
    readonly protocol: Protocol
    readonly settings: LineSettings
    readonly bytes: number
    /** Its call is waited for. */
    readonly calls?: true
    /** Which of the ways of asking that are tried this is, from 1. */
    readonly step: number
    readonly steps: number
    /** Since when, and until when at most it is waited for; seconds. */
    readonly wait?: { readonly from: number; readonly until: number }
  }
  /** It goes on, or it has stopped, until the owner answers. */
  | { readonly kind: 'question'; readonly question: ReaderQuestion }
  /** Telegrams come, but encrypted: the key of this meter is missing, or does not open them. */
  | {
    readonly kind: 'locked'
    /** Hex of the system title of the meter whose key it is. */
    readonly system: string
    readonly why: 'key-missing' | 'key-wrong'
  }
  /** The cable was unplugged; reading resumes by itself when it is back. */
  | { readonly kind: 'unplugged' }
  /** Another tab of this browser reads and seals; this one watches. */
  | { readonly kind: 'watching' }
  | { readonly kind: 'failed'; readonly why: ReaderFailure }

/** What the owner answers: `changed` of a meter that took the place of the one before. */
export type ReaderAnswer = 'yes' | 'no' | 'changed'

/** Answered with yes or no; the meter's also with `changed`. */
export type ReaderQuestion =
  /** Values of this Modbus meter make sense in another order of words than its maker's. */
  | { readonly about: 'word-order'; readonly device: string; readonly millihertz: number }
  /** Another meter answers at the line, or the same with another system title. */
  | {
    readonly about: 'other-meter'
    readonly before: string
    readonly meter: string
    /** Whether it can go on in the record of the one before. */
    readonly changed: boolean
    /** Whether it can be read as a meter of its own. */
    readonly own: boolean
  }

/** Why reading did not start or stopped. Each has its own sentence and its own way out. */
export type ReaderFailure =
  | 'not-supported'
  | 'not-allowed'
  | 'port-busy'
  /** A driver of the system, or another app, has the USB cable. */
  | 'port-claimed'
  /** The chip of the cable has no such line settings. */
  | 'line-mode'
  | 'silence'
  /** The meter was asked, and did not answer. */
  | 'no-answer'
  /** The meter calls its reader, which answers only when the owner allows it. */
  | 'meter-calls'
  | 'wrong-parity-or-inverted'
  | 'encrypted'
  | 'other-protocol'
  | 'noise'
  | 'line-check-missing'
  /** Another line of this browser reads the same meter. */
  | 'already-read'
  | 'storage-failed'
  | 'unknown'

/** One line of this browser: a cable, or the simulated meter. */
export interface Reader {
  /** Of this visit only. */
  readonly id: string
  /** The main meter that was heard on it; null before the first telegram. */
  readonly meter: string | null
  readonly state: ReaderState
}

/** The key of a meter's customer interface that is kept in this browser; never the key itself. */
export interface KeptKey {
  /** Hex of the meter's system title. */
  readonly system: string
  readonly meter: string
}

/** What a key made of the telegram at hand. */
export type KeyTrial = { readonly kind: 'opens'; readonly reading: Reading } | {
  /** `second-wrong`: the authentication key alone does not fit. */
  readonly kind: 'wrong' | 'second-wrong'
}

/** One meter as this browser knows it. */
export interface Meter {
  readonly id: string
  /** Hex of the random tag that stands for it in signed statements. */
  readonly tag: string
  readonly simulated: boolean
  /** The main meter's id for a sub-meter. */
  readonly parent: string | null
  /** The zone of a clock that does not say it, once the owner has told. */
  readonly clockZone?: string
  /** Meters that were in its place before, the oldest first, and until when; seconds. */
  readonly earlier?: readonly { readonly id: string; readonly until: number }[]
  /** What the gateway calls itself that reads it, where one does. */
  readonly gateway?: string
  readonly channels: readonly MeterChannel[]
}

export interface MeterChannel {
  /** base64url */
  readonly id: string
  readonly classes: DataClass
  readonly resolution: string
  readonly zone: string
}

/** The newest reading of a meter, as it came. */
export interface Latest {
  readonly reading: Reading
  /** The whole telegram that it came in; null for a reading of an earlier visit. */
  readonly raw: Uint8Array | null
  /** Milliseconds, by this browser's clock, when it was seen. */
  readonly seenAt: number
}

/** What came over the line since the page was loaded, by what became of it. */
export interface LineCounts {
  readonly telegrams: number
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>
}

/** Power at one instant, in whole watts; null where the meter did not say. */
export interface PowerPoint {
  readonly at: number
  readonly importW: number | null
  readonly exportW: number | null
}

/** Energy between two kept readings, for a bar. `gap` when boundaries between them were missed. */
export interface EnergyBar {
  readonly from: number
  readonly to: number
  /** Whole Wh (or the unit's thousandth for a sub-meter); null when the counter went backwards. */
  readonly importWh: number | null
  readonly exportWh: number | null
  readonly gap: boolean
  /** From the last reading of one meter to the first of the next: nothing is known of between. */
  readonly changed?: true
}

/** One local day of one meter, for the curve and the bars and their table twins. */
export interface DayView {
  /** Local midnights, seconds. */
  readonly from: number
  readonly to: number
  readonly zone: string
  /** What the bars count: whole Wh, or thousandths of `m3` or `J` of a sub-meter. */
  readonly unit: string
  /** Empty where the curve is gone: the platform keeps it for some days only. */
  readonly power: readonly PowerPoint[]
  readonly bars: readonly EnergyBar[]
  /** Sums over the bars, exact; without one across a gap that began the day before. */
  readonly importWh: bigint
  readonly exportWh: bigint
  /** Blocks whose readings are not in it: their bodies were erased, or their key is not here. */
  readonly unopened?: number
  /** The platform was away: only what this browser has kept of the day. */
  readonly onlyHere?: true
}

/**
 * Energy of a stretch of time between kept readings, in order: a bar per quarter-hour or per day,
 * one wide bar across a gap. Days, months, costs and peaks are summed from these and never split.
 */
export interface EnergyView {
  /** Seconds; the bars end after `from` and not after `to`. */
  readonly from: number
  readonly to: number
  readonly zone: string
  readonly resolution: 'PT15M' | 'P1D'
  /** What the bars count: whole Wh, or thousandths of `m3` or `J` of a sub-meter. */
  readonly unit: string
  readonly bars: readonly EnergyBar[]
  /** Blocks whose readings are not in it: their bodies were erased, or their key is not here. */
  readonly unopened?: number
  /** The platform was away: only what this browser has kept. */
  readonly onlyHere?: true
}

/** What another person gave, read and verified, of one channel. */
export interface SharedEnergy {
  readonly energy: EnergyView
  /** The newest reading of all; null before any. */
  readonly newest: Reading | null
  /** Of the newest block that was read. */
  readonly seq: number | null
  readonly readings: number
  /** What does not hold: from there on nothing is shown. */
  readonly fault: { readonly seq: number | null; readonly reason: string } | null
  /** Nothing newer is given: it is paused, has ended, or has not begun. */
  readonly over: boolean
}

/** The seal mark: evidence about what it stands beside. */
export type Seal =
  /** `own`: this browser sealed all of them, and no other device of the owner. */
  | {
    readonly kind: 'checked'
    readonly blocks: number
    readonly at: number
    readonly own: boolean
  }
  | { readonly kind: 'waiting'; readonly blocks: number }
  | { readonly kind: 'broken'; readonly reason: string }

/** What has not reached the platform yet. */
export interface Outbox {
  readonly waiting: number
  /** While many are being sent: how many of them are through. */
  readonly sent: number
  readonly state: 'idle' | 'sending' | 'offline' | 'waiting' | 'stopped'
  /** Key of the sentence that says what stopped it, when `stopped` or `waiting`. */
  readonly problem: string | null
}

/** Who this browser is, and whose platform it knows; fingerprints in hex. */
export interface Identities {
  readonly owner: string
  readonly device: string
  /** Empty before the first contact. */
  readonly operator: string
  readonly custody: 'browser' | 'software' | 'hardware'
}

/** What this browser just checked, in numbers; the proof room puts it in words. */
export interface Proof extends Identities {
  readonly at: number
  readonly channels: readonly ChannelProof[]
}

export interface ChannelProof {
  readonly channel: string
  readonly meter: string
  readonly simulated: boolean
  readonly classes: DataClass
  readonly resolution: string
  readonly chapters: number
  /** Chapters that this browser wrote; the others are another device's of this owner. */
  readonly ownChapters: number
  /** Why each chapter after the first began, and when; missing of a proof of an earlier version. */
  readonly beginnings?: readonly { readonly reason: ChapterReason; readonly at: number }[]
  readonly blocks: number
  readonly readings: number
  readonly resealed: number
  readonly acknowledged: number
  readonly waiting: number
  /** Blocks that the platform acknowledged and lost; they were sealed again, the evidence is kept. */
  readonly lost: number
  readonly firstAt: number | null
  readonly lastAt: number | null
  /** Stretches of observed time without a reading. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[]
  /** The first thing that does not hold: which block, and the key of the sentence that says why. */
  readonly fault: { readonly seq: number | null; readonly reason: string } | null
}

export type ChapterReason = 'first' | 'restored' | 'device-replaced' | 'meter-changed'

export interface ProofProgress {
  readonly checked: number
  readonly of: number
}

/** The recovery file: `due` after the first proof, until it is kept. */
export type Recovery = { readonly kind: 'none' | 'due' } | {
  readonly kind: 'kept'
  readonly at: number
}

/** All lines, the older first. */
export const readers = signal<readonly Reader[]>([])
export const lineCounts = signal<LineCounts>({ telegrams: 0, refused: {} })
export const meters = signal<readonly Meter[]>([])
/** By meter id. */
export const latest = signal<ReadonlyMap<string, Latest>>(new Map())
/** Which meter the rooms show; null before the first. */
export const shownMeter = signal<string | null>(null)
/** The line of the shown meter, or one whose meter is still to be heard. */
export const shownReader = computed<Reader | null>(() => {
  const of = (meter: string | null) => readers.value.find((reader) => reader.meter === meter)
  return of(shownMeter.value) ?? of(null) ??
    (shownMeter.value === null ? readers.value[0] : undefined) ?? null
})
/** What the reader of the shown meter does. */
export const reader = computed<ReaderState>(() => shownReader.value?.state ?? { kind: 'idle' })
export const keptKeys = signal<readonly KeptKey[]>([])
/** Today, by meter id. */
export const today = signal<ReadonlyMap<string, DayView>>(new Map())
export const outbox = signal<Outbox>({ waiting: 0, sent: 0, state: 'idle', problem: null })
/** By meter id. */
export const seals = signal<ReadonlyMap<string, Seal>>(new Map())
export const identities = signal<Identities | null>(null)
/** What was checked since the page was loaded. */
export const proof = signal<Proof | null>(null)
/** The last proof of an earlier visit. */
export const keptProof = signal<Proof | null>(null)
export const proofProgress = signal<ProofProgress | null>(null)
/** While a long stretch of time is read: days that were, of those asked for. */
export const readProgress = signal<ProofProgress | null>(null)
/** While an export is made: days of readings, or blocks of a bundle. */
export const exportProgress = signal<ProofProgress | null>(null)
export const recovery = signal<Recovery>({ kind: 'none' })
/** What energy costs, by meter id. */
export const tariffs = signal<ReadonlyMap<string, Tariffs>>(new Map())
/** False once the platform or the network cannot be reached. */
export const online = signal(true)

/** The owner was restored elsewhere, and the keys of this browser do not hold any more. */
export const replaced = computed(() => outbox.value.problem === 'keys-replaced')
