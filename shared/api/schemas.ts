/**
 * What the API says, as schemas: the answers of every route. Bytes in JSON are base64url without
 * padding; times are seconds since 1970, UTC; pages carry `next`, to be given back as `after`.
 *
 * @module
 */
import * as v from 'valibot'
import { IDENTITY_KINDS } from '../identity/kinds.ts'
import { ProblemSchema } from './problems.ts'

const base64url = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const place = v.pipe(v.number(), v.integer(), v.minValue(-1))
const next = v.nullable(v.string())

export const OperatorSchema = v.object({
  id: base64url,
  /** What people compare: the first ten bytes of the id in hex, in groups of four. */
  fingerprint: v.string(),
  identity: v.array(base64url),
  url: v.string(),
})

export const RegisteredSchema = v.object({ id: base64url, seq: count })

export const IdentitySchema = v.object({
  id: base64url,
  kind: v.picklist(IDENTITY_KINDS),
  changes: v.array(base64url),
})

export const TokenSchema = v.object({
  access_token: v.string(),
  token_type: v.literal('DPoP'),
  expires_in: count,
  /** With an owner's consent: for the next token, what it is bound to, and what that gives. */
  refresh_token: v.optional(v.string()),
  grant_id: v.optional(base64url),
  authorization_details: v.optional(v.array(v.looseObject({ type: v.string() }))),
})

/** RFC 6749 section 5.2; `now` comes with what failed because two clocks differ. */
export const TokenErrorSchema = v.object({
  error: v.string(),
  error_description: v.string(),
  now: v.optional(count),
})

export const PairedSchema = v.object({ owner: base64url, device: base64url })

export const PairingsSchema = v.object({ data: v.array(base64url) })

export const PairingStepsSchema = v.object({ data: v.array(base64url), next })

export const PairingSteppedSchema = v.object({ step: count, id: base64url })
export const RoomOpenedSchema = v.object({ room: base64url, expires: count })

export const RoomSchema = v.object({
  data: v.array(
    v.object({ n: count, by: v.picklist(['device', 'owner']), message: base64url }),
  ),
  expires: count,
})

export const RoomSaidSchema = v.object({ n: count })

export const HeadRefSchema = v.object({ seq: place, id: base64url })

export const ChannelSchema = v.object({
  channel: base64url,
  opening: base64url,
  chapters: v.array(base64url),
  head: HeadRefSchema,
  /** Newest epoch opened; -1 before the first. */
  epoch: place,
  updated: count,
})

export const OpenedSchema = v.object({ channel: base64url })

export const ChapterOpenedSchema = v.object({ channel: base64url, chapter: count })

export const ChannelsSchema = v.object({ data: v.array(ChannelSchema), next })

export const EpochsSchema = v.object({ data: v.array(base64url), next })

export const HeadSchema = v.object({
  seq: place,
  id: base64url,
  /** The head block's COSE_Sign1; null before the first block. */
  statement: v.nullable(base64url),
  /** The open chapter; -1 before the first. */
  chapter: place,
  epoch: place,
  accepted: v.nullable(count),
})

export const TakenSchema = v.object({
  /** How many items of the post are kept now, those known before included. */
  taken: count,
  /** One signed acknowledgement for each taken block, in order. */
  acknowledgements: v.array(base64url),
  head: HeadRefSchema,
  /** Why item `taken` was refused, if one was. */
  refusal: v.optional(ProblemSchema),
})

export const ForksSchema = v.object({
  data: v.array(v.object({ seq: count, id: base64url, block: base64url, seen: count })),
  next,
})

export const ProviderSchema = v.object({
  id: base64url,
  registration: base64url,
  /** The operator's newest word on it, which may be of an earlier registration. */
  approval: v.nullable(base64url),
  /** Whether the operator vouches for just this registration. */
  verified: v.boolean(),
})

export const ProvidersSchema = v.object({ data: v.array(ProviderSchema), next })

export const ApprovedSchema = v.object({ id: base64url, verified: v.boolean() })

/** RFC 7517: `kid` is the identity and the index of the key in it. */
export const JwksSchema = v.object({
  keys: v.array(
    v.looseObject({ kid: v.string(), kty: v.string(), use: v.picklist(['sig', 'enc']) }),
  ),
})

/** The owner's own newest event; -1 and null before the first. */
const OwnerHeadSchema = v.object({ seq: place, id: v.nullable(base64url) })

/** How many events of the post stand in the history now, those known before included. */
export const AddedSchema = v.object({ head: OwnerHeadSchema, events: count })

export const HistorySchema = v.object({
  data: v.array(v.object({
    /** Its place in the order in which the platform took the events of all authors. */
    n: count,
    event: base64url,
    /** What came beside it: encoded CBOR items. */
    companions: v.array(base64url),
  })),
  head: OwnerHeadSchema,
  next,
})

export const GRANT_STATES = ['waiting', 'active', 'paused', 'ended'] as const

/** How far a channel could be read. */
const LastSchema = v.object({
  channel: base64url,
  /** -1 for no block. */
  seq: place,
  /** Observed time of its newest reading. */
  at: v.nullable(v.number()),
  /** The device may still have sealed on under keys that the recipient holds. */
  provisional: v.boolean(),
  /** Blocks after that which are withheld, although sealed under such keys. */
  withheld: count,
})

const accessed = v.nullable(v.object({ at: count, blocks: count }))

const GRANT_MEMBERS = {
  grant: base64url,
  owner: base64url,
  recipient: base64url,
  state: v.picklist(GRANT_STATES),
  /** Why and when it ended. */
  ended: v.nullable(v.object({ reason: v.string(), at: count })),
  /** Those it gives now, and their times. */
  channels: v.array(base64url),
  from: count,
  until: count,
  history: count,
  /** Number of its newest step. */
  step: count,
  /** When the recipient was last given blocks, and how many in all; the owner alone is told. */
  accessed: v.optional(accessed),
}

export const GrantsSchema = v.object({ data: v.array(v.object(GRANT_MEMBERS)), next })

export const GrantSchema = v.object({
  ...GRANT_MEMBERS,
  statement: base64url,
  steps: v.array(base64url),
  receipt: v.nullable(v.string()),
  /** While it is paused or has ended, by channel. */
  last: v.array(LastSchema),
  /** What it gives now, as OAuth's grant management has it. */
  authorization_details: v.array(v.looseObject({ type: v.string() })),
})

export const SteppedSchema = v.object({ grant: base64url, step: count, id: base64url })

/** How many batches of the post are kept now, those known before included. */
export const WrapsTakenSchema = v.object({ batches: count })

export const KeysSchema = v.object({
  data: v.array(v.object({
    channel: base64url,
    epoch: count,
    /** The owner's head that the device acted on, blinded. */
    head: base64url,
    /** The epoch's key, or else those of some of its blocks. */
    wrapped: v.nullable(base64url),
    blocks: v.nullable(v.array(v.tuple([count, base64url]))),
  })),
  next,
})

export const AccessesSchema = v.object({
  data: v.array(v.object({
    channel: base64url,
    /** When the hour begins; and when within it blocks were given first and last. */
    hour: count,
    first: count,
    last: count,
    /** The lowest and the highest seq given, and how many blocks. */
    from: count,
    to: count,
    blocks: count,
  })),
  next,
})

export const WebhookSecretSchema = v.object({
  /** Until when the secret before signs too; null when there was none. */
  previous_until: v.nullable(count),
})

/** RFC 9126 section 2.2. */
export const PushedSchema = v.object({ request_uri: v.string(), expires_in: count })

export const AccessRequestSchema = v.object({
  client: base64url,
  /** As it was pushed: canonical JSON, whose SHA-256 a grant names as its request. */
  pushed: v.string(),
  expires: count,
  answer: v.nullable(v.picklist(['granted', 'denied'])),
  /** Another browser, which has no keys, was first with it and goes on with the answer. */
  elsewhere: v.boolean(),
})

/** OpenID CIBA Core 1.0, section 7.3. */
export const BackchannelSchema = v.object({
  auth_req_id: v.string(),
  expires_in: count,
  interval: count,
})

/** What waits for an owner; `id` names it to nobody else. */
export const WaitingSchema = v.object({
  data: v.array(v.object({ id: base64url, ...AccessRequestSchema.entries })),
})

/** To be typed on another device, in groups of four. */
export const RequestCodeSchema = v.object({ code: v.string(), expires: count })

/** As in the address that the provider sends a browser to. */
export const RequestAddressSchema = v.object({ client_id: base64url, request_uri: v.string() })

/** Where the browser goes with the answer; null while there is none. */
export const RedirectSchema = v.object({ redirect: v.nullable(v.string()) })

/** RFC 7662 section 2.2. */
export const IntrospectionSchema = v.looseObject({ active: v.boolean() })

/** RFC 8414 section 2. */
export const MetadataSchema = v.looseObject({ issuer: v.string(), token_endpoint: v.string() })

export const VersionSchema = v.object({ name: v.literal('kilowit'), version: v.string() })

export const StatusSchema = v.object({ status: v.literal('ok') })

export type Operator = v.InferOutput<typeof OperatorSchema>
export type Registered = v.InferOutput<typeof RegisteredSchema>
export type IdentityAnswer = v.InferOutput<typeof IdentitySchema>
export type Token = v.InferOutput<typeof TokenSchema>
export type ChannelAnswer = v.InferOutput<typeof ChannelSchema>
export type ChannelsAnswer = v.InferOutput<typeof ChannelsSchema>
export type EpochsAnswer = v.InferOutput<typeof EpochsSchema>
export type HeadAnswer = v.InferOutput<typeof HeadSchema>
export type Taken = v.InferOutput<typeof TakenSchema>
export type ProviderAnswer = v.InferOutput<typeof ProviderSchema>
export type GrantSummary = v.InferOutput<typeof GrantsSchema>['data'][number]
export type GrantAnswer = v.InferOutput<typeof GrantSchema>
export type KeysAnswer = v.InferOutput<typeof KeysSchema>
export type AccessAnswer = v.InferOutput<typeof AccessesSchema>['data'][number]
export type ForksAnswer = v.InferOutput<typeof ForksSchema>

/** Media types of requests and answers. */
export const CBOR = 'application/cbor'
export const CBOR_SEQUENCE = 'application/cbor-seq'
export const PROBLEM_JSON = 'application/problem+json'
/** OpenID CIBA Core 1.0, section 10.1. */
export const GRANT_CIBA = 'urn:openid:params:grant-type:ciba'
export const GRANT_JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
