/**
 * What an answer of each schema looks like, for the OpenAPI document. The bytes in them are made up.
 *
 * @module
 */
import type { GenericSchema } from 'valibot'
import {
  AccessesSchema,
  AccessRequestSchema,
  AddedSchema,
  ApprovedSchema,
  BackchannelSchema,
  ChannelSchema,
  ChannelsSchema,
  ChapterOpenedSchema,
  EpochsSchema,
  ForksSchema,
  GrantSchema,
  GrantsSchema,
  HeadSchema,
  HistorySchema,
  IdentitySchema,
  IntrospectionSchema,
  JwksSchema,
  KeysSchema,
  MetadataSchema,
  OpenedSchema,
  OperatorSchema,
  PairedSchema,
  PairingsSchema,
  PairingSteppedSchema,
  PairingStepsSchema,
  ProviderSchema,
  ProvidersSchema,
  PushedSchema,
  RedirectSchema,
  RegisteredSchema,
  RequestAddressSchema,
  RequestCodeSchema,
  RoomOpenedSchema,
  RoomSaidSchema,
  RoomSchema,
  StatusSchema,
  SteppedSchema,
  TakenSchema,
  TokenErrorSchema,
  TokenSchema,
  VersionSchema,
  WaitingSchema,
  WebhookSecretSchema,
  WrapsTakenSchema,
} from '../shared/api/schemas.ts'

const channel = 'hYwVn1m0T8eQ2bTqk0aZxg'
const identity = 'q3WvXk2m0T8eQ2bTqk0aZxhYwVn1m0T8eQ2bTqk0aZw'
const device = 'Zx0aTqk2b8eQm0T1VnhYwq3WvXk2m0T8eQ2bTqk0aZw'
const block = 'b8eQm0T1VnhYwq3WvXk2m0T8eQ2bTqk0aZwZx0aTqk0'
/** Only how a statement begins: each is some hundred bytes. */
const statement = 'hFgrpAEnBFgh'
const at = 1_781_440_280

const one = {
  channel,
  opening: statement,
  chapters: [statement],
  head: { seq: 41, id: block },
  epoch: 6,
  updated: at,
}

const provider = { id: identity, registration: statement, approval: statement, verified: true }
const grant = 'm0T8eQ2bTqk0aZxghYwVn1'
const granted = {
  grant,
  owner: identity,
  recipient: device,
  state: 'ended',
  ended: { reason: 'withdrawn', at },
  channels: [channel],
  from: at - 86_400,
  until: at + 86_400,
  history: at - 172_800,
  step: 1,
  accessed: { at: at - 60, blocks: 96 },
}

export const EXAMPLES: ReadonlyMap<GenericSchema, unknown> = new Map<GenericSchema, unknown>([
  [OperatorSchema, {
    id: identity,
    fingerprint: 'ab75 af5e 4da6 d13f 1e43',
    identity: [statement],
    url: 'https://kilowit.example',
  }],
  [RegisteredSchema, { id: identity, seq: 0 }],
  [IdentitySchema, { id: identity, kind: 'owner', changes: [statement] }],
  [TokenSchema, {
    access_token: 'eyJhbGciOiJFZERTQSJ9.e30.c2ln',
    token_type: 'DPoP',
    expires_in: 600,
  }],
  [TokenErrorSchema, {
    error: 'invalid_grant',
    error_description: 'The assertion was used before',
  }],
  [PairedSchema, { owner: identity, device }],
  [PairingsSchema, { data: [statement] }],
  [PairingStepsSchema, { data: [statement], next: null }],
  [PairingSteppedSchema, { step: 2, id: block }],
  [OpenedSchema, { channel }],
  [RoomOpenedSchema, { room: channel, expires: at + 600 }],
  [RoomSchema, { data: [{ n: 0, by: 'device', message: statement }], expires: at + 600 }],
  [RoomSaidSchema, { n: 1 }],
  [ChannelSchema, one],
  [ChannelsSchema, { data: [one], next: null }],
  [ChapterOpenedSchema, { channel, chapter: 0 }],
  [EpochsSchema, { data: [statement], next: '6' }],
  [HeadSchema, { seq: 41, id: block, statement, chapter: 0, epoch: 6, accepted: at }],
  [TakenSchema, { taken: 1, acknowledgements: [statement], head: { seq: 41, id: block } }],
  [ForksSchema, { data: [{ seq: 12, id: block, block: statement, seen: at }], next: null }],
  [ProviderSchema, provider],
  [ProvidersSchema, { data: [provider], next: null }],
  [ApprovedSchema, { id: identity, verified: true }],
  [JwksSchema, {
    keys: [{ kid: `${identity}.0`, use: 'sig', kty: 'OKP', crv: 'Ed25519', x: block }],
  }],
  [AddedSchema, { head: { seq: 7, id: block }, events: 1 }],
  [HistorySchema, {
    data: [{ n: 9, event: statement, companions: [statement] }],
    head: { seq: 7, id: block },
    next: null,
  }],
  [GrantsSchema, { data: [granted], next: null }],
  [GrantSchema, {
    ...granted,
    statement,
    steps: [statement],
    receipt: 'eyJhbGciOiJFZERTQSJ9.e30.c2ln',
    last: [{ channel, seq: 41, at, provisional: true, withheld: 2 }],
    authorization_details: [{ type: 'kilowit_readings', grant_id: grant, channels: [channel] }],
  }],
  [SteppedSchema, { grant, step: 2, id: block }],
  [WrapsTakenSchema, { batches: 1 }],
  [KeysSchema, {
    data: [{ channel, epoch: 6, head: block, wrapped: statement, blocks: null }],
    next: `${channel}.6`,
  }],
  [AccessesSchema, {
    data: [{
      channel,
      hour: at - at % 3600,
      first: at - 60,
      last: at,
      from: 12,
      to: 41,
      blocks: 30,
    }],
    next: null,
  }],
  [WebhookSecretSchema, { previous_until: at }],
  [PushedSchema, {
    request_uri: `urn:ietf:params:oauth:request_uri:${block}`,
    expires_in: 86_400,
  }],
  [AccessRequestSchema, {
    client: device,
    pushed: '{}',
    expires: at,
    answer: null,
    elsewhere: false,
  }],
  [BackchannelSchema, { auth_req_id: block, expires_in: 86_400, interval: 5 }],
  [WaitingSchema, {
    data: [{
      id: block,
      client: device,
      pushed: '{}',
      expires: at,
      answer: null,
      elsewhere: true,
    }],
  }],
  [RequestCodeSchema, { code: '7GQ2-M0ZX', expires: at }],
  [RequestAddressSchema, {
    client_id: device,
    request_uri: `urn:ietf:params:oauth:request_uri:${block}`,
  }],
  [RedirectSchema, { redirect: 'https://adviser.example/back?code=…&iss=…' }],
  [IntrospectionSchema, { active: false }],
  [MetadataSchema, {
    issuer: 'https://kilowit.example',
    token_endpoint: 'https://kilowit.example/v1/token',
  }],
  [VersionSchema, { name: 'kilowit', version: '0.1.0' }],
  [StatusSchema, { status: 'ok' }],
])
