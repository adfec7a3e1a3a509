import { expect, it } from 'vitest'
import { fetchTransport } from '../../src/server/transport.ts'
import { link } from '../support/cards.ts'
import { AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const HOUR = 60 * 60 * 1000
const DAY = 24 * HOUR

it('takes a new customer from the form to complete', async () => {
  const browser = createHarness().browser()
  expect((await browser.status()).step).toEqual({ name: 'collect-profile' })
  const submitted = await browser.submit()
  expect([submitted.status, submitted.body.step]).toEqual([201, { name: 'wait', mayAuthorize: false }])
  const { step } = await browser.status()
  expect(step).toEqual({ name: 'hosted-flow', flow: 'authorize', reason: 'first-time' })
  const completed = await browser.trip()
  expect(completed.body.flow.outcome).toEqual({ state: 'authorized' })
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('waits while the check is pending and goes on when it is approved', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit({ ...ROSA, firstName: 'Pending' })
  expect((await browser.status()).step).toEqual({ name: 'wait', mayAuthorize: false })
  harness.advance(6_000)
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
})

it('offers to go on after ten seconds of a slow check, and waits again afterwards', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit({ ...ROSA, firstName: 'Slow' })
  harness.advance(11_000)
  expect((await browser.status()).step).toEqual({ name: 'wait', mayAuthorize: true })
  await browser.trip()
  expect((await browser.status()).step).toEqual({ name: 'wait', mayAuthorize: false })
  harness.advance(90_000)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('lets a person in retry correct themselves inside the module', async () => {
  const browser = createHarness().browser()
  await browser.submit({ ...ROSA, firstName: 'Retry' })
  await browser.trip(['phone', 'code', 'correction', 'consent', 'connect'])
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('lets a person in document send a photo ID inside the module', async () => {
  const browser = createHarness().browser()
  await browser.submit({ ...ROSA, firstName: 'Document' })
  await browser.trip(['phone', 'code', 'document', 'consent', 'connect'])
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('takes a person from retry over document to complete', async () => {
  const browser = createHarness().browser()
  await browser.submit({ ...ROSA, firstName: 'Retry-Document' })
  await browser.trip(['phone', 'code', 'correction', 'document', 'consent', 'connect'])
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it.each([
  ['Rejected', 'rejected'],
  ['Suspended', 'suspended'],
] as const)('stops a person named %s before the module', async (firstName, reason) => {
  const browser = createHarness().browser()
  await browser.submit({ ...ROSA, firstName })
  expect((await browser.status()).step).toEqual({ name: 'stopped', reason })
  await expect(browser.openFlow()).rejects.toThrow('flow_not_needed')
})

it('brings back a person who left after the SMS code', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  expect(await browser.walk(await browser.start(startPath), ['phone', 'code'])).toBeNull()
  harness.advance(DAY)
  expect((await browser.status()).step).toEqual({ name: 'hosted-flow', flow: 'authorize', reason: 'again' })
  await browser.trip()
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('refreshes an expired access token silently', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.onboard()
  const first = await harness.proxy.getAccessToken('customer-1')
  harness.advance(3 * HOUR)
  const second = await harness.proxy.getAccessToken('customer-1')
  expect(second).not.toBe(first)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('asks to authorize again when the refresh token is dead, and recovers', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.onboard()
  harness.advance(11 * DAY)
  await expect(harness.proxy.getAccessToken('customer-1')).rejects.toMatchObject({
    code: 'reauthorization_required',
  })
  expect((await browser.status()).step).toEqual({ name: 'hosted-flow', flow: 'authorize', reason: 'again' })
  await browser.trip()
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it.each([
  ['retry', 'verify-personal', 'correction'],
  ['document', 'verify-document', 'document'],
] as const)('sends an authorized user in %s to %s and back', async (status, flow, deed) => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  await browser.trip(AUTHORIZE, () =>
    harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', status),
  )
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow })
  const completed = await browser.trip([deed])
  expect(completed.body.flow.outcome).toEqual({ state: 'returned' })
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('finds the flow by the browser when Astra does not echo state', async () => {
  const browser = createHarness({ simulator: { echoState: false, codeParameter: 'code' } }).browser()
  await browser.submit()
  expect((await browser.trip()).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('stops after the third return from authorize without a code', async () => {
  const browser = createHarness({ simulator: { decline: 'access_denied' } }).browser()
  await browser.submit()
  expect((await browser.trip(['cancel'])).body.flow.outcome).toEqual({ state: 'declined' })
  await browser.trip(['cancel'])
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow' })
  await browser.trip(['cancel'])
  expect((await browser.status()).step).toEqual({ name: 'stopped', reason: 'could-not-finish' })
  await expect(browser.openFlow()).rejects.toThrow('flow_not_needed')
})

it('keeps the last step during an outage of Astra: an error, never "authorize again"', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.onboard()
  harness.advance(3 * HOUR)
  harness.simulator.failNext('POST /v1/oauth/token', { status: 503 })
  const response = await browser.request('GET', '/status')
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ error: { code: 'astra_unavailable', retryable: true } })
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('gives a creation twenty seconds, and every other call of a whole journey ten', async () => {
  const deadlines: Record<string, number[]> = {}
  const harness: Harness = createHarness({
    proxy: {
      trustedAuthentication: { provider: 'AcmeWallet' },
      transport: (call) => {
        const path = new URL(call.url).pathname.replace(/(?<=user_intent\/).+/, ':id')
        const grant = path.endsWith('/token') ? new URLSearchParams(call.body).get('grant_type') : null
        const of = [call.method, path, grant].filter(Boolean).join(' ')
        deadlines[of] = [...new Set([...(deadlines[of] ?? []), call.timeoutMs])]
        return fetchTransport(harness.simulator.fetch)(call)
      },
    },
  })
  const { phone, ...typed } = ROSA
  const browser = harness.browser({
    id: 'customer-1',
    phone,
    lastAuthenticatedAt: Date.parse('2026-11-23T18:00:00Z'),
  })
  await browser.submit(typed)
  await browser.trip(['consent', 'connect'])
  await link(browser, 'card approved')
  harness.advance(3 * HOUR)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
  expect(deadlines).toEqual({
    'POST /v1/user_intent': [20_000],
    'GET /v1/user_intent/:id': [10_000],
    'POST /v1/partner/identity/verification': [10_000],
    'POST /v1/oauth/token authorization_code': [10_000],
    'POST /v1/oauth/token refresh_token': [10_000],
    'GET /v1/user': [10_000],
    'GET /v1/cards': [10_000],
  })
})
