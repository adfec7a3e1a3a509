import { describe, expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { delivery, post } from '../support/webhook.ts'

const DAY = 24 * 60 * 60_000

const reads = ({ simulator }: Harness, of: string) =>
  simulator.requests.filter(({ route }) => route === of).length
const readsOfIntent = (harness: Harness) => reads(harness, 'GET /v1/user_intent/:id')
const readsOfUser = (harness: Harness) => reads(harness, 'GET /v1/user')

describe('reads of Astra, with four windows over two processes polling every second', () => {
  async function readsIn(harness: Harness, seconds: number, count = readsOfIntent) {
    const other = harness.instance()
    const windows = [harness.browser(), harness.browser(), other.browser(), other.browser()]
    const before = count(harness)
    for (let second = 0; second < seconds; second++) {
      harness.advance(1000)
      await Promise.all(windows.map((window) => window.status()))
    }
    return count(harness) - before
  }

  async function waiting() {
    const harness = createHarness()
    await harness.browser().submit({ ...ROSA, firstName: 'Slow' })
    return harness
  }

  it('are five seconds apart', async () => {
    expect(await readsIn(await waiting(), 60)).toBe(12)
  })

  it('are five seconds apart too when the clock of one process is three seconds slow', async () => {
    const harness = await waiting()
    let seconds = 0
    const slow = harness.instance({
      proxy: { now: () => Date.parse('2026-11-23T18:00:00Z') + (seconds - 3) * 1000 },
    })
    const windows = [harness.browser(), slow.browser()]
    const before = readsOfIntent(harness)
    while (seconds < 60) {
      harness.advance(1000)
      seconds++
      for (const window of windows) await window.status()
    }
    expect(readsOfIntent(harness) - before).toBe(12)
  })

  it('go on when the clock was set back by an hour', async () => {
    const harness = await waiting()
    await harness.browser().status()
    harness.advance(-60 * 60_000)
    const before = readsOfIntent(harness)
    await harness.browser().status()
    expect(readsOfIntent(harness) - before).toBe(1)
  })

  it('are a minute apart where webhooks arrive, and five seconds again after a week without one', async () => {
    const harness = await waiting()
    await post(harness, delivery('of somebody else'))
    expect(await readsIn(harness, 60)).toBe(1)
    harness.advance(7 * DAY)
    await harness.browser('customer-2').submit({ ...ROSA, firstName: 'Slow', email: 'mia@example.com' })
    const before = readsOfIntent(harness)
    for (let second = 0; second < 20; second++) {
      harness.advance(1000)
      await harness.browser('customer-2').status()
    }
    expect(readsOfIntent(harness) - before).toBe(4)
  })

  it('of the User too are a minute apart where webhooks arrive, and five seconds without', async () => {
    const harness = createHarness()
    await harness.browser().onboard()
    expect(await readsIn(harness, 60, readsOfUser)).toBe(12)
    await post(harness, delivery('of somebody else'))
    expect(await readsIn(harness, 60, readsOfUser)).toBe(1)
    expect(await readsIn(harness, 60, readsOfUser)).toBe(1)
  })
})

it('asks every five seconds whose tokens are that were put aside, and answers the polls in between with the outage', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  const other = harness.instance().browser()
  await browser.submit()
  const fail = () => harness.simulator.failNext('GET /v1/user', { status: 503 })
  fail()
  await browser.trip()
  expect(readsOfUser(harness)).toBe(1)
  for (let round = 0; round < 2; round++) {
    fail()
    for (let second = 0; second < 5; second++) {
      const polls = await Promise.all([browser, other].map((window) => window.request('GET', '/status')))
      expect(polls.map(({ status }) => status)).toEqual([503, 503])
      harness.advance(1000)
    }
    expect(readsOfUser(harness)).toBe(2 + round)
  }
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('asks again after five seconds, not after a minute, when the read that a webhook has called for fails', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit({ ...ROSA, firstName: 'Pending' })
  await browser.status()
  harness.advance(61_000)
  harness.simulator.setIntentStatus(harness.simulator.intents()[0]?.id ?? '', 'approved')
  await harness.simulator.webhooks.deliver()
  harness.simulator.failNext('GET /v1/user_intent/:id', { status: 503 })
  expect((await browser.request('GET', '/status')).status).toBe(503)
  harness.advance(5_000)
  expect((await browser.status()).step.name).toBe('hosted-flow')
})
