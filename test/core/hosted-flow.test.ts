import { describe, expect, it } from 'vitest'
import {
  authorizedScreenUrl,
  authorizeUrl,
  nationalDigits,
  parseHostedReturn,
} from '../../src/core/hosted-flow.ts'

const base = {
  appOrigin: 'https://app.astra.finance',
  clientId: 'client_abc',
  redirectUri: 'https://bank.example/return',
  state: 'astra.f.s',
}
const redirect = 'https%3A%2F%2Fbank.example%2Freturn'

describe('the example URLs of the guides', () => {
  it('authorize for a person with a phone', () => {
    expect(
      authorizeUrl({ ...base, subject: { userIntentId: 'ui_1' }, nationalPhone: '4155550142' }).href,
    ).toBe(
      `https://app.astra.finance/login/oauth/authorize?client_id=client_abc&redirect_uri=${redirect}&response_type=code&user_intent_id=ui_1&phone=4155550142&phone_read_only=true&state=astra.f.s`,
    )
  })

  it('authorize for a person whose phone is unknown', () => {
    expect(authorizeUrl({ ...base, subject: { userIntentId: 'ui_1' } }).href).toBe(
      `https://app.astra.finance/login/oauth/authorize?client_id=client_abc&redirect_uri=${redirect}&response_type=code&user_intent_id=ui_1&state=astra.f.s`,
    )
  })

  it('verify/personal', () => {
    expect(authorizedScreenUrl('verify-personal', base).href).toBe(
      `https://app.astra.finance/verify/personal?client_id=client_abc&redirect_uri=${redirect}&state=astra.f.s`,
    )
  })

  it('verify/business', () => {
    expect(authorizedScreenUrl('verify-business', base).href).toBe(
      `https://app.astra.finance/verify/business?client_id=client_abc&redirect_uri=${redirect}&state=astra.f.s`,
    )
  })

  it('verify/document', () => {
    expect(authorizedScreenUrl('verify-document', base).href).toBe(
      `https://app.astra.finance/verify/document?client_id=client_abc&redirect_uri=${redirect}&state=astra.f.s`,
    )
  })

  it.each([
    ['user_id', { userId: 'u_1' }, 'u_1'],
    ['user_intent_id', { userIntentId: 'ui_1' }, 'ui_1'],
    ['business_profile_id', { businessProfileId: 'bp_1' }, 'bp_1'],
  ] as const)('Trusted Authentication with %s, without a phone', (name, subject, id) => {
    expect(authorizeUrl({ ...base, subject, sessionToken: 'st_1', nationalPhone: '4155550142' }).href).toBe(
      `https://app.astra.finance/login/oauth/authorize?session_token=st_1&client_id=client_abc&${name}=${id}&redirect_uri=${redirect}&response_type=code&state=astra.f.s`,
    )
  })
})

describe('the other URLs', () => {
  it('authorize with a user id', () => {
    expect(authorizeUrl({ ...base, subject: { userId: 'u_1' }, nationalPhone: '4155550142' }).search).toBe(
      `?client_id=client_abc&redirect_uri=${redirect}&response_type=code&user_id=u_1&phone=4155550142&phone_read_only=true&state=astra.f.s`,
    )
  })

  it('authorize for a business', () => {
    expect(authorizeUrl({ ...base, subject: { businessProfileId: 'bp_1' } }).search).toBe(
      `?client_id=client_abc&redirect_uri=${redirect}&response_type=code&business=true&business_profile_id=bp_1&state=astra.f.s`,
    )
  })

  it('authorize without any id, after a phone change', () => {
    expect(authorizeUrl({ ...base, subject: { none: true } }).search).toBe(
      `?client_id=client_abc&redirect_uri=${redirect}&response_type=code&state=astra.f.s`,
    )
  })

  it('cards/connect', () => {
    expect(authorizedScreenUrl('link-card', base).href).toBe(
      `https://app.astra.finance/cards/connect?client_id=client_abc&redirect_uri=${redirect}&state=astra.f.s`,
    )
  })
})

describe('nationalDigits', () => {
  it('drops the country code of a US number', () => {
    expect(nationalDigits('+14155550142')).toBe('4155550142')
  })

  it.each(['+4930123456', '14155550142', '+1415555014', '+141555501420'])('knows none for %s', (phone) => {
    expect(nationalDigits(phone)).toBeUndefined()
  })
})

describe('the return', () => {
  const parse = (query: string) => parseHostedReturn(new URLSearchParams(query))

  it.each([
    ['authorization_code=c&state=s', 'c'],
    ['code=c&state=s', 'c'],
    ['code=c&authorization_code=c&state=s', 'c'],
  ])('reads the code of %s', (query, code) => {
    expect(parse(query)).toEqual({ kind: 'code', code, state: 's' })
  })

  it('reads a code without a state', () => {
    expect(parse('code=c')).toEqual({ kind: 'code', code: 'c', state: null })
  })

  it.each([
    ['state=s', false],
    ['error=access_denied&state=s', true],
    ['error=server_error&state=s', false],
    ['code=&state=s', false],
  ])('knows that %s brings no code', (query, declined) => {
    expect(parse(query)).toEqual({ kind: 'no-code', state: 's', declined })
  })

  it.each([
    'code=a&authorization_code=b',
    'code=a&code=a',
    'authorization_code=a&authorization_code=b',
    'code=a&state=s&state=t',
    'code=a&error=access_denied',
  ])('refuses %s', (query) => {
    expect(() => parse(query)).toThrow(
      '[astra] The return from Astra has a parameter twice, or two different codes. Nothing was exchanged; start again.',
    )
  })
})
