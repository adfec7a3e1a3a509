import { describe, expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { delivery, post } from '../support/webhook.ts'

const DAY = 24 * 60 * 60_000

const readsOfIntent = ({ simulator }: Harness) =>
  simulator.requests.filter(({ route }) => route === 'GET /v1/user_intent/:id').length

describe('reads of Astra, with four windows over two processes polling every second', () => {
  async function readsIn(harness: Harness, seconds: number) {
    const other = harness.instance()
    const windows = [harness.browser(), harness.browser(), other.browser(), other.browser()]
    const before = readsOfIntent(harness)
    for (let second = 0; second < seconds; second++) {
      harness.advance(1000)
      await Promise.all(windows.map((window) => window.status()))
    }
    return readsOfIntent(harness) - before
  }

  async function waiting() {
    const harness = createHarness()
    await harness.browser().submit({ ...ROSA, firstName: 'Slow' })
    return harness
  }

  it('are five seconds apart', async () => {
    expect(await readsIn(await waiting(), 60)).toBe(12)
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
})
