/**
 * Problem details (RFC 9457): the closed list of what can go wrong in the API. A code has one
 * status, one title a person understands and one detail that says what to do next. None of them
 * carries a key, a reading or another party's data.
 *
 * @module
 */
import * as v from 'valibot'

export interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly detail: string
}

export const PROBLEMS = {
  'not-found': {
    status: 404,
    title: 'There is nothing at this address',
    detail: 'Check the path against /openapi.json.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'This address does not take this method',
    detail: 'Use one of the methods in the Allow header.',
  },
  'content-type-not-accepted': {
    status: 415,
    title: 'The content type is not the one expected here',
    detail: 'Send the content type named in "expected".',
  },
  'encoding-not-accepted': {
    status: 415,
    title: 'Compressed request bodies are not accepted',
    detail: 'Send the body without Content-Encoding: what is sealed does not compress.',
  },
  'body-too-large': {
    status: 413,
    title: 'The request body is too large',
    detail: 'Send at most "limit" bytes, in several requests if need be.',
  },
  'body-malformed': {
    status: 400,
    title: 'The request body cannot be read',
    detail: 'Send the body in the form that /openapi.json names for this address.',
  },
  'query-malformed': {
    status: 400,
    title: 'The address has a parameter that cannot be read',
    detail: 'Correct the parameters named in "parameters".',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    detail: 'Wait as long as Retry-After says, then send the same request again.',
  },
  'too-many-guesses': {
    status: 429,
    title: 'Too many codes were wrong',
    detail: 'Wait as long as Retry-After says, and let the other screen show a new code.',
  },
  'network-limit': {
    status: 429,
    title: 'This network has registered as much as it may today',
    detail: 'Try again tomorrow, or ask the operator to raise the limit.',
  },
  'database-unavailable': {
    status: 503,
    title: 'The database cannot be reached',
    detail: 'Nothing was half-done: send the same request again after Retry-After.',
  },
  'not-ready': {
    status: 503,
    title: 'The platform is not ready',
    detail: 'The operator should look at the check named in "check".',
  },
  'internal': {
    status: 500,
    title: 'Something went wrong on our side',
    detail: 'Send the same request again; if it stays, give the operator the requestId.',
  },
  'token-missing': {
    status: 401,
    title: 'An access token is needed',
    detail: 'Get one at /v1/token and send it as "Authorization: DPoP …" with a DPoP proof.',
  },
  'token-invalid': {
    status: 401,
    title: 'The access token does not hold',
    detail: 'Get a new one at /v1/token.',
  },
  'proof-invalid': {
    status: 401,
    title: 'The DPoP proof does not hold',
    detail: 'Make a fresh proof for this method, address and token with the session key.',
  },
  'proof-reused': {
    status: 401,
    title: 'The DPoP proof was used before',
    detail: 'Make a fresh proof for every request.',
  },
  'clock-off': {
    status: 401,
    title: 'The DPoP proof was made at another time than now',
    detail: 'Set the clock to "now", or count from it, and make a fresh proof.',
  },
  'not-allowed': {
    status: 403,
    title: 'This caller may not do that',
    detail: 'Sign in as the identity that the statement names.',
  },
  'statement-malformed': {
    status: 422,
    title: 'The statement cannot be read',
    detail: 'Send the statement in the deterministic encoding of the format.',
  },
  'signature-invalid': {
    status: 422,
    title: 'The signature does not hold',
    detail: 'Sign with a key that the identity lists now; register its newest change first.',
  },
  'identity-unknown': {
    status: 404,
    title: 'This identity is not known here',
    detail: 'Register it at /v1/identities first.',
  },
  'identity-invalid': {
    status: 422,
    title: 'The chain of key changes does not hold',
    detail: 'Send every change from the first on, each signed by a key that may.',
  },
  'identity-forked': {
    status: 409,
    title: 'The chain of key changes is not the one known here',
    detail: 'Read the identity, and sign further changes after the newest one.',
  },
  'pairing-taken': {
    status: 409,
    title: 'This owner and device are paired already, by other statements',
    detail: 'Read the pairings and use the one there is.',
  },
  'room-unknown': {
    status: 404,
    title: 'There is no such pairing room, or its time is over',
    detail: 'Compare the code with the device, which may show a new one by now.',
  },
  'room-taken': {
    status: 409,
    title: 'Another device is in this pairing room',
    detail: 'Make a new code.',
  },
  'room-moved': {
    status: 409,
    title: 'This is not the place of the next message',
    detail: 'Read the room and send the message as number "next", if it still fits.',
  },
  'room-closed': {
    status: 409,
    title: 'The pairing room takes no more messages',
    detail: 'Let the device show a new code.',
  },
  'pairing-ended': {
    status: 409,
    title: 'The owner has ended this pairing',
    detail: 'Make a fresh identity on the device and pair that.',
  },
  'device-not-paired': {
    status: 403,
    title: 'The device is not paired with the owner of the channel',
    detail: 'Register the device and its pairing first.',
  },
  'channel-unknown': {
    status: 404,
    title: 'There is no such channel for you',
    detail: 'Check the channel id and who is signed in; open the channel if it is new.',
  },
  'channel-taken': {
    status: 409,
    title: 'A channel with this id was opened otherwise',
    detail: 'Open a channel with a fresh random id.',
  },
  'chapter-taken': {
    status: 409,
    title: 'This is not the next chapter of the channel',
    detail: 'Open the chapter after "chapter", the newest one.',
  },
  'request-unknown': {
    status: 404,
    title: 'There is no such request, or its time is over',
    detail: 'Go back to the provider and let it ask again.',
  },
  'code-unknown': {
    status: 404,
    title: 'There is no such code, or its time is over',
    detail: 'Compare it with the other screen, which may show a new one by now.',
  },
  'requests-open': {
    status: 429,
    title: 'As many requests are open as may be',
    detail: 'Wait until some of them are answered or over.',
  },
  'request-answered': {
    status: 409,
    title: 'The request has been answered already',
    detail: 'Go back to the provider; to change what was granted, change the grant.',
  },
  'grant-not-asked': {
    status: 422,
    title: 'The grant is not an answer to this request',
    detail: 'Sign a grant to the provider and the key that ask, with nothing beyond the request.',
  },
  'provider-unknown': {
    status: 404,
    title: 'There is no such provider here, or it has none of this',
    detail: 'Check the id; a provider registers itself first.',
  },
  'registration-taken': {
    status: 409,
    title: 'The provider has registered something else since',
    detail: 'Read the newest registration, and sign for "expected" after it.',
  },
  'approval-outdated': {
    status: 409,
    title: 'The operator has said something newer of this provider',
    detail: 'Sign an approval of now.',
  },
  'head-moved': {
    status: 409,
    title: 'The chapter does not continue from the newest block',
    detail: 'Verify the head given here and open the chapter after it.',
  },
  'chapter-closed': {
    status: 403,
    title: 'The chapter of this statement is not the open one',
    detail: 'Ask the owner to open a chapter for this device, and seal in it.',
  },
  'wrong-device': {
    status: 403,
    title: 'Another device writes this chapter',
    detail: 'Only the device named in the chapter may write here.',
  },
  'wrong-channel': {
    status: 422,
    title: 'The statement belongs to another channel',
    detail: 'Post each channel’s blocks at its own address.',
  },
  'gap': {
    status: 409,
    title: 'Blocks are missing before this one',
    detail: 'Post the blocks from seq "expected" on, in order.',
  },
  'fork': {
    status: 409,
    title: 'Another block stands at this place',
    detail: 'Verify the head given here, open a new epoch and seal again after it.',
  },
  'epoch-taken': {
    status: 409,
    title: 'This is not the next epoch of the channel',
    detail: 'Open the epoch after "epoch", the newest one.',
  },
  'epoch-key-unknown': {
    status: 422,
    title: 'The epoch is not sealed to a key that the owner has now',
    detail: 'Read the owner’s identity and seal the epoch key to its newest seal key.',
  },
  'wrong-epoch': {
    status: 422,
    title: 'The block is sealed in an epoch that is not open',
    detail: 'Post the opening of its epoch first; an epoch that is past takes no more blocks.',
  },
  'key-index-fell': {
    status: 422,
    title: 'The block is signed with an older key than the one before it',
    detail: 'Sign with the key of the block before, or a newer one.',
  },
  'block-malformed': {
    status: 422,
    title: 'The block or epoch opening cannot be read',
    detail: 'Send a CBOR sequence of epoch openings and blocks in deterministic encoding.',
  },
  'body-mismatch': {
    status: 422,
    title: 'The body is not the one that the block signs',
    detail: 'Send the block with the body it was sealed with.',
  },
  'sealed-ahead': {
    status: 425,
    title: 'The block was sealed in the future',
    detail: 'Send it again after Retry-After, and check the clock of the device.',
  },
  'history-moved': {
    status: 409,
    title: 'The history has moved on',
    detail:
      'Read it up to the event "id", make yours anew after that, and send it again; what it ' +
      'revokes is locked already.',
  },
  'event-refused': {
    status: 422,
    title: 'The event cannot stand in the history',
    detail: 'Correct what "reason" says and sign the event anew.',
  },
  'grant-unknown': {
    status: 404,
    title: 'There is no such grant for you',
    detail: 'Check the grant’s id and who is signed in.',
  },
  'grant-taken': {
    status: 409,
    title: 'A grant with this id was made otherwise',
    detail: 'Make the grant with a fresh random id.',
  },
  'grant-key-unknown': {
    status: 422,
    title: 'The grant is not sealed to a key that the recipient has now',
    detail: 'Read the recipient’s identity and seal the grant key to a seal key it lists.',
  },
  'grant-ended': {
    status: 403,
    title: 'The grant has ended',
    detail: 'Nothing more is given; "last" is the last block that could be read. Ask for consent ' +
      'again if you need more.',
  },
  'grant-paused': {
    status: 403,
    title: 'The owner has paused the grant',
    detail: 'Try again later: the owner may resume it.',
  },
  'grant-not-begun': {
    status: 403,
    title: 'The grant has not begun yet',
    detail: 'Read the grant: it says from when on.',
  },
  'step-moved': {
    status: 409,
    title: 'The steps have moved on',
    detail: 'Read the steps up to "step", make yours anew after that, and send it again; ' +
      'what it revokes is locked already.',
  },
  'step-refused': {
    status: 422,
    title: 'That step cannot be gone',
    detail: 'Read the steps before it and correct what "reason" says.',
  },
  'epoch-unknown': {
    status: 409,
    title: 'The epoch is not open yet',
    detail: 'Post the opening of the epoch first.',
  },
  'wraps-refused': {
    status: 422,
    title: 'The wrapped keys cannot be taken',
    detail: 'Correct what "reason" says and sign the batch anew.',
  },
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof PROBLEMS

/** A problem as it travels; what a code adds stands beside these members. */
export const ProblemSchema = v.looseObject({
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer()),
  detail: v.string(),
  code: v.pipe(v.string(), v.guard(isProblemCode)),
  requestId: v.string(),
})

export type Problem = v.InferOutput<typeof ProblemSchema>

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(PROBLEMS, text)
}
