import { describe, expect, it } from 'vitest'
import { deliver, testJourney, testWebhook } from './journey.ts'
import { mount } from './mounting.ts'
import { sign } from '../support/webhook.ts'

const start = (file: string) => ({ folder: 'express', program: process.execPath, words: [file] })

describe('Express, in front of its body parser', () => {
  const mounting = mount(start('before-parser.mjs'))
  testJourney(mounting)
  testWebhook(mounting)
})

describe('Express, behind a body parser that keeps the bytes', () => {
  const mounting = mount(start('behind-parser-with-bytes.mjs'))
  testJourney(mounting)
  testWebhook(mounting)
})

describe('Express, behind a body parser', () => {
  const mounting = mount(start('behind-parser.mjs'))
  testJourney(mounting)

  it('refuses a genuine webhook, whose bytes are gone, and names the cause', async () => {
    const body = '{"webhook_type": "user_intent_updated"}'
    const response = await deliver(mounting, body, sign(body))
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    expect([response.status, error.code]).toEqual([401, 'webhook_refused'])
    expect(error.message).toContain('that nothing parses the body before the proxy')
  })
})
