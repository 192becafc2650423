/** What a provider may say of itself, where it may have a browser sent, and who vouches for it. */
import { beforeAll, describe, expect, it } from 'vitest'
import {
  isApproved,
  openApproval,
  registrationHolds,
  uriProblem,
} from '../../shared/consent/provider.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { createPerson, type Person } from '../rig/household.ts'
import { createProvider, png, type TestProvider } from '../rig/provider.ts'

const NOW = 1_767_225_600

let provider: TestProvider
let other: TestProvider
let operator: Person

beforeAll(async () => {
  provider = await createProvider(NOW)
  other = await createProvider(NOW)
  operator = await createPerson('operator', NOW)
})

describe('where a browser may be sent (35)', () => {
  it.each([
    'https://adviser.test/',
    'https://adviser.test/back?from=kilowit',
    'https://home.adviser.test:8443/back',
    'http://localhost:4000/back',
    'http://127.0.0.1/',
    'http://[::1]:1/',
  ])('to %s', (uri) => {
    expect(uriProblem(uri, 'adviser.test')).toBe(null)
  })

  it.each([
    ['https://evil.test/', 'is not on adviser.test'],
    ['https://evil.test/?adviser.test', 'is not on adviser.test'],
    ['https://notadviser.test/', 'is not on adviser.test'],
    ['https://adviser.test.evil.test/', 'is not on adviser.test'],
    ['https://adviser.test@evil.test/', 'names a user'],
    ['https://anna:secret@adviser.test/', 'names a user'],
    ['http://adviser.test/', 'is not encrypted'],
    ['http://localhost.evil.test/', 'is not encrypted'],
    ['javascript:alert(1)', 'is no web address'],
    ['data:text/html,x', 'is no web address'],
    ['intent://adviser.test/', 'is no web address'],
    ['/back', 'is no address'],
    ['https://adviser.test/#token', 'has a fragment'],
    ['https://adviser.test/#', 'has a fragment'],
    ['https://ADVISER.test/', 'is not written as a browser writes it'],
    ['https://adviser.test', 'is not written as a browser writes it'],
    ['https://adviser.test/a/../back', 'is not written as a browser writes it'],
    ['https:\\\\adviser.test/', 'is not written as a browser writes it'],
    // A Cyrillic a: a browser writes another name.
    ['https://\u0430dviser.test/', 'is not written as a browser writes it'],
    ['https://xn--dviser-3ve.test/', 'is not on adviser.test'],
  ])('never to %s', (uri, why) => {
    expect(uriProblem(uri, 'adviser.test')).toContain(why)
  })
})

describe('a registration', () => {
  it('is the provider’s own', async () => {
    const registration = await provider.register()
    expect(await registrationHolds(registration, provider.identity)).toBe(true)
    expect(await registrationHolds(registration, other.identity)).toBe(false)
    const forged = await other.register({ provider: provider.identity.id })
    expect(await registrationHolds(forged, provider.identity)).toBe(false)
    expect(await registrationHolds(forged, other.identity)).toBe(false)
  })

  it.each(
    [
      ['a name that turns around', { name: 'Adviser \u202egnp.exe' }],
      ['a name that is not seen', { name: '\u200b' }],
      ['a name of letters that are blank', { name: '\u3164' }],
      ['a name of dots that are blank', { name: '\u2800' }],
      ['a name of signs alone', { name: '\u2713' }],
      ['a name with letters in it that are not seen', { name: 'Ad\u115fviser' }],
      ['a name with a wide gap', { name: 'Adviser\u3000\u3000Verified' }],
      ['a name with a gap of spaces', { name: 'Adviser   Verified' }],
      ['a name that piles up', { name: `A${'\u0323\u0330\u0331\u0347'.repeat(9)}` }],
      ['a name of two lines', { name: 'Adviser\nVerified' }],
      ['a name that is not normalized', { name: 'Beratu\u0308ng' }],
      ['a name with room around it', { name: ' Adviser' }],
      ['no name', { name: '' }],
      ['a domain in another script', { domain: '\u0430dviser.test' }],
      ['a domain with a path', { domain: 'adviser.test/x' }],
      ['an address of numbers', { domain: '192.0.2.1' }],
      ['a top domain', { domain: 'test' }],
      ['a contact that runs', { contact: 'javascript:alert(1)' }],
      ['a contact with a text', { contact: 'mailto:a@adviser.test?body=x' }],
      ['a contact with a line of its own', { contact: 'mailto:a%0Abcc:b@adviser.test' }],
      ['a contact of several', { contact: 'mailto:a,b@adviser.test' }],
      ['no purpose', { purposes: [] }],
      ['a purpose twice', { purposes: ['research', 'research'] }],
      ['no way back', { redirects: [] }],
      ['a way back to somebody else', { redirects: ['https://evil.test/'] }],
      ['a hook at somebody else', { hook: 'https://evil.test/hook' }],
      ['a logo that is none', { logo: new Uint8Array(64) }],
      ['a logo of too many pixels', { logo: png(1025, 1) }],
    ] as const,
  )('has not %s', async (_, says) => {
    await expect(provider.register(says as Parameters<typeof provider.register>[0])).rejects
      .toThrow('has not the shape of kilowit/provider')
  })

  it.each([
    'Stadtwerke Ä-Ö 24/7',
    '東京ガス',
    'שירות אנרגיה',
    'توانير',
    'विद्युत सेवा',
    'Energie & Co.',
  ])(
    'has the name %s',
    async (name) => {
      expect((await provider.register({ name: name.normalize('NFC') })).content.name).toBe(name)
    },
  )
})

describe('the operator’s word', () => {
  async function word(approved: boolean, by: Person = operator) {
    const registration = await provider.register()
    const approval = await openApproval({
      provider: provider.identity.id,
      registration: await statementId(registration.statement),
      approved,
      at: NOW,
    }, by.signer)
    return { registration, approval }
  }

  it('is on what was registered then', async () => {
    const { registration, approval } = await word(true)
    expect(await isApproved(registration, approval, operator.identity)).toBe(true)
    const later = await provider.register({ seq: 1, name: 'Another name' })
    expect(await isApproved(later, approval, operator.identity)).toBe(false)
    expect(await isApproved(registration, null, operator.identity)).toBe(false)
  })

  it('may be that it is not who it says', async () => {
    const { registration, approval } = await word(false)
    expect(await isApproved(registration, approval, operator.identity)).toBe(false)
  })

  it('is nobody else’s', async () => {
    const { registration, approval } = await word(true, await createPerson('operator', NOW))
    expect(await isApproved(registration, approval, operator.identity)).toBe(false)
  })
})
