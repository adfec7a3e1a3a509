import { expect, it } from 'vitest'
import { createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

/** What the proxy alone decides, in its own names and in Astra's. */
const OWN = [
  'ip_address', 'ipAddress', 'status', 'user_intent_id', 'userIntentId', 'user_id', 'userId', 'kyc_type', 'kycType',
  'metadata', 'customerId', 'customer_id', 'id', 'businessProfileId', 'business_profile_id', 'lastAuthenticatedAt',
  'attempt', 'redirect_uri', 'client_id', 'state', 'environment', 'constructor',
] // prettier-ignore

const BODIES = [
  { path: '/user-intents', body: { profile: ROSA } },
  { path: '/flows', body: { goal: 'onboard', presentation: 'popup', returnTo: `${ORIGIN}/cards` } },
  { path: '/flows/complete', body: { query: '' } },
]

it.each(OWN)('refuses %s from a browser on every route, and does nothing', async (name) => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  const browser = harness.browser()
  const inBody = BODIES.map(({ path, body }) => ({ path, body: { ...body, [name]: 'x' } }))
  const isOfProfile = name === 'state'
  const inProfile = isOfProfile
    ? []
    : [{ path: '/user-intents', body: { profile: { ...ROSA, [name]: 'x' } } }]
  for (const { path, body } of [...inBody, ...inProfile]) {
    const response = await browser.request('POST', path, { body })
    expect([path, response.status]).toEqual([path, 400])
  }
  expect((await browser.request('GET', `/status?${name}=x`)).status).toBe(400)
  expect([storage.writes, harness.simulator.requests]).toEqual([[], []])
})
