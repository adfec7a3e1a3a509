import { describe, expect, it } from 'vitest'
import type { AstraProxyOptions, TrustedAuthentication } from '../../src/server/index.ts'
import { createHarness, ORIGIN } from '../support/harness.ts'

describe('a `metadata` that does not give an object of short texts', () => {
  const refusal = async (metadata: unknown) => {
    const harness = createHarness({ proxy: { metadata: metadata as AstraProxyOptions['metadata'] } })
    const { status, body } = await harness.browser().submit()
    return { status, error: body.error, asked: harness.simulator.requests.length, logs: harness.logs }
  }

  it.each<[string, () => unknown]>([
    ['resolves', async () => ({ account: '77' })],
    ['rejects', () => Promise.reject(new Error('no account of rosa@example.com'))],
  ])('is refused instead of lost when it gives a promise, which %s', async (_, metadata) => {
    const { status, error, asked, logs } = await refusal(metadata)
    expect([status, error?.code, asked]).toEqual([500, 'metadata_invalid', 0])
    expect(logs).toMatchObject([
      [
        { code: 'metadata_invalid', route: 'POST /user-intents' },
        'refused: `metadata` must return an object, not a promise: what takes time belongs into `identify`.',
      ],
    ])
  })

  it.each([
    ['a list', ['north']],
    ['a text', 'north'],
    ['a number in it', { tenant: 7 }],
  ])('is refused when it gives %s', async (_, given) => {
    expect(await refusal(() => given)).toMatchObject({ status: 500, error: { code: 'metadata_invalid' } })
  })

  it.each([null, undefined, {}])('may give nothing: %j', async (nothing) => {
    expect(await refusal(() => nothing)).toMatchObject({ status: 201 })
  })
})

describe('a `clientIp` that gives no text', () => {
  it.each<[string, () => unknown]>([
    ['a promise', async () => '8.8.4.4'],
    ['a promise', () => Promise.reject(new Error('no address of rosa@example.com'))],
    ['a value of the type number', () => 8],
  ])('is told apart from one that knows no address: %s', async (what, clientIp) => {
    const harness = createHarness({ proxy: { clientIp: clientIp as AstraProxyOptions['clientIp'] } })
    expect((await harness.browser().submit()).body.error?.code).toBe('configuration_invalid')
    expect(harness.logs).toMatchObject([
      [
        { code: 'configuration_invalid', route: 'POST /user-intents' },
        `refused: \`clientIp\` must return the address as a text, or null; what it returned is ${what}.`,
      ],
    ])
  })
})

describe('a function of the partner that throws', () => {
  const fail = () => {
    throw Object.assign(new TypeError('no row for rosa@example.com'), { code: 'ECONNRESET' })
  }

  it.each(['clientIp', 'metadata'] as const)('is named in the log: `%s`', async (name) => {
    const harness = createHarness({ proxy: { [name]: fail } })
    expect((await harness.browser().submit()).body.error).toMatchObject({
      code: 'internal',
      message: '[astra] The proxy failed. The log has the cause.',
    })
    expect(harness.logs).toEqual([
      [
        {
          code: 'internal',
          route: 'POST /user-intents',
          customer: 'customer-1',
          cause: 'TypeError ECONNRESET',
        },
        `refused: \`${name}\` threw; \`cause\` has the class of the error.`,
      ],
    ])
  })

  it('is named in the log: `trustedAuthentication.customer`', async () => {
    const customerToken = 'a-long-random-text-agreed-with-astra'
    const trustedAuthentication: TrustedAuthentication = {
      provider: 'AcmeWallet',
      customerToken,
      customer: async () => fail(),
    }
    const harness = createHarness({ proxy: { trustedAuthentication } })
    const headers = { authorization: `Bearer ${customerToken}` }
    const asked = new Request(`${ORIGIN}/api/astra/customers/customer-1`, { headers })
    expect((await harness.proxy.fetch(asked)).status).toBe(500)
    expect(harness.logs).toEqual([
      [
        { code: 'internal', route: 'GET /customers/:id', cause: 'TypeError ECONNRESET' },
        'refused: `trustedAuthentication.customer` threw; `cause` has the class of the error. Where nobody has that id it must answer null.',
      ],
    ])
  })
})

it('changes for nobody else what a partner makes of the step it was told', async () => {
  const spoil = (step: object) => Object.assign(step, { name: 'stopped', reason: 'rejected' })
  const harness = createHarness({ proxy: { onChange: ({ step }) => void spoil(step) } })
  const browser = harness.browser()
  await browser.onboard()
  spoil((await harness.proxy.status('customer-1')).step)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
  expect((await harness.proxy.status('customer-1')).step).toEqual({ name: 'complete' })
})
