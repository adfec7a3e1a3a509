import { expect, it, vi } from 'vitest'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { AS_SANDBOX, AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const refusals = ({ audits }: Harness) =>
  audits.filter(({ event }) => event === 'request.refuse').map(({ customer, outcome }) => [customer, outcome])

it('tells the audit log who searches for the last four digits of somebody', async () => {
  const harness = createHarness()
  for (let digits = 1000; digits < 1005; digits++) {
    const browser = harness.browser(`customer-${digits}`)
    await browser.submit({ ...ROSA, ssnLast4: String(digits), email: `${digits}@example.com` })
  }
  expect(refusals(harness)).toEqual([
    ['customer-1003', 'intent_limit_reached'],
    ['customer-1004', 'intent_limit_reached'],
  ])
})

it('tells of the fourth creation for an e-mail address', async () => {
  const harness = createHarness()
  for (const [index, firstName] of ['Ada', 'Bea', 'Cleo', 'Dora'].entries())
    await harness.browser(`customer-${index}`).submit({ ...ROSA, firstName, phone: `415555014${index}` })
  expect(refusals(harness)).toEqual([['customer-3', 'intent_limit_reached']])
})

it('tells of calls from another site, of a return in another browser, and of a page that is not ours', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  const returned = await browser.walk(await browser.start(startPath), AUTHORIZE)
  await harness.browser().complete(returned?.search ?? '')
  await browser.complete(`${returned?.search}&state=astra.x.y`)
  await browser.request('GET', '/status', { headers: { 'sec-fetch-site': 'cross-site' } })
  const body = { goal: 'onboard', presentation: 'redirect', returnTo: 'https://evil.example/' }
  await browser.request('POST', '/flows', { body })
  expect(refusals(harness)).toEqual([
    [undefined, 'flow_not_found'],
    [undefined, 'return_malformed'],
    [undefined, 'cross_site_request'],
    ['customer-1', 'return_to_refused'],
  ])
  const text = JSON.stringify(harness.audits)
  for (const secret of [returned?.search ?? '', 'evil']) expect(text).not.toContain(secret)
})

it('says nothing of people who mistype, come too early, or are signed out', async () => {
  const harness = createHarness()
  await harness.browser().submit({ ...ROSA, phone: '1' })
  await harness.browser().request('GET', '/status', { headers: { 'x-test-customer': 'null' } })
  await harness.browser().request('POST', '/flows', { body: { goal: 'x' } })
  expect(harness.audits).toEqual([])
})

it('alarms the operator when an address that is not public comes instead of the person’s', async () => {
  const harness = createHarness({ proxy: { clientIp: () => '10.0.0.7' }, env: AS_SANDBOX })
  expect((await harness.browser().submit()).status).toBe(500)
  expect(harness.logs).toEqual([
    [
      { code: 'client_ip_unconfigured', route: 'POST /user-intents', customer: 'customer-1' },
      expect.stringMatching(/^refused: The device's IP address is not public .loopback or private/),
    ],
  ])
  expect(harness.simulator.requests).toEqual([])
})

it('tells the log what is configured wrongly, and the browser only that something is', async () => {
  const { storage } = createHarness()
  const owner = { environment: 'sandbox', clientHash: 'another' }
  await storage.commit([{ kind: 'installation', id: 'owner', expectedVersion: null, data: owner }])
  const harness = createHarness({ proxy: { storage } })
  const answers = [await harness.browser().request('GET', '/status'), await harness.browser().submit()]
  expect(answers.map(({ status }) => status)).toEqual([500, 500])
  expect(await (answers[0] as Response).json()).toMatchObject({
    error: {
      code: 'configuration_invalid',
      message: '[astra] createAstraProxy: something is configured wrongly; the log says what, and the cure.',
    },
  })
  const explained: unknown = expect.stringMatching(
    /^refused: the database belongs to another environment or client of Astra .* a database of its own/,
  )
  const known = { code: 'configuration_invalid', customer: 'customer-1' }
  expect(harness.logs).toEqual([
    [{ ...known, route: 'GET /status' }, explained],
    [{ ...known, route: 'POST /user-intents' }, explained],
  ])
})

it('tells the log the same of a flow that could not start', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  harness.simulator.failNext('GET /v1/user_intent/:id', { status: 200, body: { status: 'paused' } })
  expect(
    (await browser.request('GET', startPath, { headers: { 'sec-fetch-mode': 'navigate' } })).status,
  ).toBe(502)
  expect(harness.logs).toEqual([
    [
      { code: 'astra_unexpected', route: 'GET /flows/:id/start' },
      'a flow could not start: Astra answered a user intent status that this version does not know. Upgrade astra-onboarding.',
    ],
  ])
})

it('stays one line of JSON in the log of the console, whatever a cause is made of', async () => {
  const lines: unknown[][] = []
  const error = vi.spyOn(console, 'error').mockImplementation((...line) => void lines.push(line))
  const message = '[astra] down\r\n[astra] refused {"code":"forged"}\u001b[2J'
  const storage: AstraStorage = { ...memoryStorage(), get: () => Promise.reject(new Error(message)) }
  const harness = createHarness({ proxy: { storage, logger: undefined } })
  await harness.browser().request('GET', '/status')
  error.mockRestore()
  expect(lines).toHaveLength(1)
  const [text, json] = lines[0] as [string, string]
  expect([text, lines[0]]).toEqual(['[astra] refused', [text, json]])
  expect(json).toMatch(/^\{\P{Cc}*\}$/u)
  expect(JSON.parse(json)).toMatchObject({ code: 'storage_unavailable', cause: message })
})
