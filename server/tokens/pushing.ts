/**
 * Requests that an owner's browser will be sent here with, pushed by the provider before (RFC 9126).
 *
 * @module
 */
import type { Deps } from '../context.ts'
import type { Database } from '../database.ts'
import type { Limits } from '../limits.ts'
import { askerOf, detailsOf, keepRequest, keyOf } from './asking.ts'
import type { OAuthClient } from './client-authentication.ts'
import { needed, OAuthError } from './oauth-words.ts'
import { REQUEST_SECONDS } from './secrets.ts'

/** A code challenge by S256: SHA-256 in base64url (RFC 7636 section 4.2). */
const CHALLENGE = /^[\w-]{43}$/
/** RFC 6749 appendix A.5. */
const STATE = /^[\x20-\x7e]{1,512}$/

/**
 * Takes a request from a provider and gives the random part of its address.
 *
 * @throws {OAuthError | ProblemError}
 */
export async function pushRequest(
  deps: Deps,
  limits: Limits,
  database: Database,
  client: OAuthClient,
  form: ReadonlyMap<string, string>,
  proved: string | null,
): Promise<string> {
  const registration = await askerOf(deps, database, client, form)
  if (needed(form, 'response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'The response_type must be code')
  }
  const redirectUri = needed(form, 'redirect_uri')
  if (!registration.redirects.includes(redirectUri)) {
    throw new OAuthError('invalid_request', 'The redirect_uri is none that is registered')
  }
  const challenge = needed(form, 'code_challenge')
  if (form.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(challenge)) {
    throw new OAuthError('invalid_request', 'Send a code_challenge by the method S256')
  }
  const state = form.get('state') ?? null
  if (state !== null && !STATE.test(state)) {
    throw new OAuthError('invalid_request', 'The state is not 1 to 512 printable ASCII characters')
  }
  const jkt = keyOf(form, proved)
  const request = detailsOf(form, client, registration)
  const asked = {
    redirect_uri: redirectUri,
    code_challenge: challenge,
    authorization_details: JSON.parse(JSON.stringify(request)),
  }
  const kept = { redirectUri, state, challenge, jkt }
  return await keepRequest(deps, limits, database, client, asked, kept, REQUEST_SECONDS)
}
