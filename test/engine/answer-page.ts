/**
 * What the test of an answer runs in the page: a provider that pushes a request and exchanges a code,
 * beside the owner that `consent-page.ts` puts there.
 *
 * @module
 */
import { createClient } from '../../shared/api/client.ts'
import { signAssertion, signProof } from '../../shared/api/jwt.ts'
import { toBase64url, utf8 } from '../../shared/bytes.ts'
import { verifyReceipt } from '../../shared/consent/receipt.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { NOBODY, sha256 } from '../../shared/identity/statement.ts'
import { wayBack } from '../../pwa/consent/way-back.ts'
import { answeredElsewhere, createAnswers, newCode } from '../../pwa/household/consent/requests.ts'
import { type ConsentRequest, requests, type ShownTerms } from '../../pwa/consent/state.ts'
import { createProvider, type TestProvider } from '../rig/provider.ts'
import { here } from './consent-page.ts'

declare global {
  var answers: typeof api
}

const REDIRECT = 'https://adviser.test/back'
const VERIFIER = 'a-verifier-of-forty-three-characters-and-some'
const seconds = () => Math.floor(Date.now() / 1000)
const jti = () => toBase64url(crypto.getRandomValues(new Uint8Array(16)))

let asking: Promise<TestProvider> | undefined
async function createAsking(): Promise<TestProvider> {
  const provider = await createProvider(seconds())
  const client = createClient({
    url: location.origin,
    fetch: (url, init) => fetch(url, init),
    now: seconds,
    signer: provider.signer,
    retries: 0,
  })
  await client.registerIdentity(provider.identity.changes)
  await client.registerProvider((await provider.register()).statement.bytes)
  return provider
}
const asker = () => asking ??= createAsking()

async function post(path: string, form: Record<string, string>, proved: boolean) {
  const provider = await asker()
  const assertion = await signAssertion(
    { audience: location.origin, now: seconds(), jti: jti() },
    provider.signer,
  )
  const url = location.origin + path
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' })
  if (proved) {
    const key = await generateSigningKey()
    const proof = { method: 'POST', url, now: seconds(), jti: jti() }
    headers.set('dpop', await signProof(proof, key, signer(NOBODY, 0, key).sign))
  }
  const body = new URLSearchParams({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    ...form,
  }).toString()
  const response = await fetch(url, { method: 'POST', headers, body })
  return { status: response.status, answer: await response.json() as Record<string, unknown> }
}

async function answering() {
  const { vault, self, client, actions } = await here()
  return createAnswers({ vault, running: async () => ({ self, client }) }, actions)
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'key' in error
    ? String(error.key)
    : String((error as { code?: string }).code ?? error)

let opened: ConsentRequest | undefined
let withActions: Awaited<ReturnType<typeof answering>> | undefined

const api = {
  /** Pushes a request: client and address, as they stand in the page's query. */
  async push(details: object[]): Promise<readonly [client: string, uri: string]> {
    const provider = await asker()
    const client = toBase64url(provider.identity.id)
    const { status, answer } = await post('/v1/par', {
      response_type: 'code',
      client_id: client,
      redirect_uri: REDIRECT,
      state: 'the state',
      code_challenge: toBase64url(await sha256(utf8(VERIFIER))),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify(details),
    }, false)
    if (status !== 201) throw new Error(JSON.stringify(answer))
    return [client, String(answer['request_uri'])]
  },

  async open(client: string, uri: string): Promise<ConsentRequest | string> {
    withActions ??= await answering()
    try {
      return opened = await withActions.openRequest(client, uri)
    } catch (error) {
      return codeOf(error)
    }
  },

  /** Where the browser would go, and whether the page would go there. */
  async answer(terms: ShownTerms | null) {
    if (opened === undefined || withActions === undefined) throw new TypeError('Open one first')
    try {
      const address = await withActions.answerRequest(opened.id, terms)
      return { address, goes: address !== null && wayBack(address, opened) !== null }
    } catch (error) {
      return codeOf(error)
    }
  },

  /** The way on with an answer that was given before. */
  async goOn(): Promise<string | null> {
    if (opened === undefined || withActions === undefined) throw new TypeError('Open one first')
    return await withActions.goOn(opened.id).catch(codeOf)
  },

  /** The code that a browser without keys shows, typed here; the request as it waits then. */
  async typeCode(uri: string): Promise<ConsentRequest | string> {
    withActions ??= await answering()
    try {
      const { code } = await newCode(uri)
      const id = await withActions.requestOfCode(` ${code.toLowerCase().replace('-', ' ')}`)
      return opened = await withActions.openWaiting(id)
    } catch (error) {
      return codeOf(error)
    }
  },

  async type(code: string): Promise<string> {
    withActions ??= await answering()
    return await withActions.requestOfCode(code).catch(codeOf)
  },

  /** Names of those who wait. */
  async waiting(): Promise<string[]> {
    withActions ??= await answering()
    await withActions.showWaiting()
    return requests.value.map(({ party }) => party.name)
  },

  /** As if the asker’s identity had been seen with one change more. */
  async knowMore(more: boolean): Promise<void> {
    const { vault: { database } } = await here()
    for (const name of await database.getAllKeys('grants')) {
      const record = await database.get('grants', name)
      if (record === undefined) continue
      const recipient = more
        ? [...record.recipient, new Uint8Array([0xf6])]
        : record.recipient.slice(0, -1)
      await database.put('grants', { ...record, recipient }, name)
    }
  },

  /** As a browser without keys asks. */
  async elsewhere(client: string, uri: string): Promise<string | null> {
    const { vault } = await here()
    const found = await answeredElsewhere({ vault }, client, uri).catch(codeOf)
    return found === null || typeof found === 'string' ? found : found.to
  },

  async exchange(code: string) {
    const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT }
    return await post('/v1/token', { ...form, code_verifier: VERIFIER }, true)
  },

  /** What the receipts of all grants say, verified. */
  async receipts() {
    const { vault } = await here()
    const all = await vault.database.getAll('grants')
    return await Promise.all(all.map(async ({ receipt }) => {
      const { fields, provider } = await verifyReceipt(receipt ?? '')
      return { ...fields, provider: provider?.name }
    }))
  },
}

globalThis.answers = api
