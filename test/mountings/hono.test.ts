import { describe, expect, it } from 'vitest'
import { ROSA } from '../support/harness.ts'
import { testJourney, testWebhook } from './journey.ts'
import { mount } from './mounting.ts'

const HONO = { folder: 'hono', program: process.execPath, words: ['server.mjs'] }

describe('Hono on Node', () => {
  const mounting = mount({ ...HONO, env: { TRUSTED_HOPS: '1' } })
  testJourney(mounting)
  testWebhook(mounting)
})

describe('Hono on Node, without a reverse proxy', () => {
  const mounting = mount({ ...HONO, env: { TRUSTED_HOPS: '0' } })

  it("tells Astra the connection's own address, whatever headers claim", async () => {
    const response = await fetch(`${mounting.application.origin}/bank/api/astra/user-intents`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-test-customer': '{"id":"customer-1"}',
        'x-astra-onboarding': '1',
        'sec-fetch-site': 'same-origin',
        'x-forwarded-for': '9.9.9.9',
      },
      body: JSON.stringify({ profile: ROSA }),
    })
    expect(response.status).toBe(201)
    // What stands for this machine where the simulator is Astra.
    expect(mounting.creations.map(({ ip_address }) => ip_address)).toEqual(['8.8.8.8'])
  })
})
