import { describe, expect, it } from 'vitest'
import type { TrustedAuthentication, TrustedCustomer } from '../../src/server/index.ts'
import { createHarness, ORIGIN } from '../support/harness.ts'

const DAY = 24 * 60 * 60 * 1000
const NOW = Date.parse('2026-11-23T18:00:00Z')
const CUSTOMER_TOKEN = 'a-long-random-text-agreed-with-astra'

describe('GET customers/:id', () => {
  const ROSA: TrustedCustomer = {
    firstName: 'Rosa',
    lastName: 'Lindqvist',
    phone: '+14155550142',
    lastAuthenticatedAt: NOW - 1234,
  }

  function endpoint(trusted: Partial<TrustedAuthentication> = {}) {
    const asked: string[] = []
    const harness = createHarness({
      proxy: {
        trustedAuthentication: {
          provider: 'AcmeWallet',
          customerToken: CUSTOMER_TOKEN,
          customer: (id) => {
            asked.push(id)
            return id === 'nobody' ? null : ROSA
          },
          ...trusted,
        },
      },
    })
    const get = async (path: string, authorization: string | null = `Bearer ${CUSTOMER_TOKEN}`) => {
      const headers = { ...(authorization && { authorization }) }
      const response = await harness.proxy.fetch(new Request(`${ORIGIN}/api/astra${path}`, { headers }))
      return { status: response.status, text: await response.text(), headers: response.headers }
    }
    return { harness, get, asked }
  }

  it('answers the five members of the guide', async () => {
    const { harness, get } = endpoint()
    const { status, text, headers } = await get('/customers/cust_7781')
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(text).toBe(
      '{"customer_id":"cust_7781","first_name":"Rosa","last_name":"Lindqvist","phone":"+14155550142","last_authentication_time":"2026-11-23T17:59:58.766Z"}',
    )
    expect(harness.audits).toEqual([{ event: 'customer.lookup', customer: 'cust_7781', outcome: 'found' }])
  })

  it.each([NOW - 30 * DAY - 1, NOW + 60_001, null, undefined])(
    'leaves the time out when it is %j',
    async (at) => {
      const { get } = endpoint({ customer: () => ({ ...ROSA, lastAuthenticatedAt: at as null }) })
      expect((await get('/customers/c')).text).toBe(
        '{"customer_id":"c","first_name":"Rosa","last_name":"Lindqvist","phone":"+14155550142"}',
      )
    },
  )

  it('answers no member that the partner adds', async () => {
    const { get } = endpoint({ customer: () => ({ ...ROSA, ssn: '4821' }) as TrustedCustomer })
    expect((await get('/customers/c')).text).not.toContain('4821')
  })

  it.each([
    null,
    '',
    CUSTOMER_TOKEN,
    `bearer ${CUSTOMER_TOKEN}`,
    `Bearer ${CUSTOMER_TOKEN}x`,
    `Bearer ${CUSTOMER_TOKEN.slice(1)}`,
    'Bearer undefined',
  ])(
    'refuses %j, whether or not there is such a customer, and does not ask for them',
    async (authorization) => {
      const { harness, get, asked } = endpoint()
      const known = await get('/customers/cust_7781', authorization)
      const unknown = await get('/customers/nobody', authorization)
      expect(known.status).toBe(401)
      expect(JSON.parse(known.text)).toMatchObject({
        error: {
          code: 'bearer_refused',
          message: '[astra] The bearer token of `GET customers/:id` is missing or wrong.',
        },
      })
      expect([unknown.status, unknown.text]).toEqual([401, known.text])
      expect(asked).toEqual([])
      expect(harness.audits[0]).toEqual({ event: 'customer.lookup', outcome: 'refused' })
    },
  )

  it.each(['user:1', 'a@b', 'a+b', 'a=b', 'auth0|abc', 'a b'])('finds the id %j', async (id) => {
    const { get, asked } = endpoint()
    expect((await get(`/customers/${encodeURIComponent(id)}`)).status).toBe(200)
    if (URL.canParse(`https://x/${id}`)) await get(`/customers/${id}`)
    expect(new Set(asked)).toEqual(new Set([id]))
  })

  it('answers the same 404 to an unknown customer as where it is off', async () => {
    const { harness, get } = endpoint()
    const unknown = await get('/customers/nobody')
    const unreadable = await get('/customers/%E0%A4')
    const off = await endpoint({ customer: undefined as never }).get('/customers/cust_7781')
    expect(unknown.status).toBe(404)
    expect(JSON.parse(unknown.text)).toMatchObject({ error: { code: 'route_not_found' } })
    expect([unreadable.status, unreadable.text, off.status, off.text]).toEqual([
      404,
      unknown.text,
      404,
      unknown.text,
    ])
    expect(harness.audits).toContainEqual({
      event: 'customer.lookup',
      customer: 'nobody',
      outcome: 'unknown',
    })
  })

  it('asks for the id as the partner wrote it', async () => {
    const { get, asked } = endpoint()
    await get(`/customers/${encodeURIComponent('auth0|7781 é')}`)
    expect(asked).toEqual(['auth0|7781 é'])
  })

  it.each([undefined, '', 'a'.repeat(31), `${'a'.repeat(40)}\n`, `${'a'.repeat(20)} ${'a'.repeat(20)}`])(
    'cannot be configured with the token %j',
    (customerToken) => {
      expect(() => endpoint({ customerToken: customerToken as string })).toThrow(
        '`trustedAuthentication.customerToken` must have at least 32 characters, of ASCII and without blanks or line breaks: it is all that protects `customer`.',
      )
    },
  )
})
