import { describe, expect, it } from 'vitest'
import { deliver, person, testJourney, testWebhook } from './journey.ts'
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

describe('Express, behind a session', () => {
  const mounting = mount(start('behind-session.mjs'))
  testJourney(mounting)
  testWebhook(mounting)

  it('knows whose request it is to the end of it, also of several at once', async () => {
    const people = ['Sechs', 'Sieben', 'Acht'].map((name, index) => ({ id: `of-${name}`, name, index }))
    const answers = await Promise.all(
      people.map(({ id, name, index }) => mounting.browser(id).submit(person(name, 6 + index))),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
    const commits = mounting.application.log().match(/user-intents commits for of-\w+/g) ?? []
    for (const { id } of people) {
      // The attempt before Astra is called, and the intent afterwards, among others.
      expect(commits.filter((line) => line.endsWith(id)).length).toBeGreaterThanOrEqual(2)
    }
    expect(mounting.application.log()).not.toMatch(/user-intents commits for undefined/)
  })
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
