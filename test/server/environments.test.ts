import { expect, it } from 'vitest'
import { AUTHORIZE, createHarness, REDIRECT_URI } from '../support/harness.ts'

const KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

it('neither starts nor finishes a flow of another environment on the same storage', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  const returned = await browser.walk(await browser.start(startPath), AUTHORIZE)
  const calls: string[] = []
  const { proxy } = harness.instance({
    env: {
      ASTRA_ENVIRONMENT: 'sandbox',
      ASTRA_CLIENT_ID: 'client-id',
      ASTRA_CLIENT_SECRET: 'client-secret',
      ASTRA_REDIRECT_URI: REDIRECT_URI,
      ASTRA_ENCRYPTION_KEYS: KEY,
    },
    proxy: {
      fetch: async ({ url }) => {
        calls.push(url)
        return new Response(null, { status: 500 })
      },
    },
  })

  const { fetch } = harness.proxy
  harness.proxy.fetch = proxy.fetch
  expect(
    (await browser.request('GET', startPath, { headers: { 'sec-fetch-mode': 'navigate' } })).status,
  ).toBe(404)
  const mixedUp = await browser.complete(returned?.search ?? '')
  expect([mixedUp.status, mixedUp.body.error?.code]).toEqual([404, 'flow_not_found'])
  const withoutState = await browser.complete(
    `?authorization_code=${returned?.searchParams.get('authorization_code')}`,
  )
  expect([withoutState.status, withoutState.body.error?.code]).toEqual([404, 'flow_not_found'])
  expect(calls).toEqual([])

  harness.proxy.fetch = fetch
  const { body } = await browser.complete(returned?.search ?? '')
  expect(body.flow.outcome).toEqual({ state: 'authorized' })
})
