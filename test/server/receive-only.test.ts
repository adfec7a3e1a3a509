import { describe, expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Deed, TestBrowser } from '../support/harness.ts'

const { dateOfBirth: _, ssnLast4: __, ...PROFILE } = ROSA

function setUp(firstName = 'Rosa') {
  const harness = createHarness({ proxy: { kycType: 'receive-only' } })
  const browser = harness.browser()
  const submit = async () => {
    await browser.submit({ ...PROFILE, firstName })
    return (await browser.status()).step
  }
  return { harness, browser, submit }
}

it('is complete once approved, with neither date of birth nor authorization', async () => {
  const { harness, browser, submit } = setUp()
  expect(await submit()).toEqual({ name: 'complete' })
  expect(harness.simulator.intents()[0]).toMatchObject({ kyc_type: 'receive-only', date_of_birth: '' })
  await expect(browser.openFlow()).rejects.toThrow('flow_not_needed')
  await expect(harness.proxy.getAccessToken('customer-1')).rejects.toMatchObject({
    code: 'reauthorization_required',
  })
})

it('waits for a check as long as it takes, without an offer to go on', async () => {
  const { harness, browser, submit } = setUp('Slow')
  await submit()
  harness.advance(60_000)
  expect((await browser.status()).step).toEqual({ name: 'wait', mayAuthorize: false })
  harness.advance(30_000)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it.each([
  ['Retry', 'correction'],
  ['Document', 'document'],
] as const)('goes through the module only for what Astra misses: %s', async (firstName, deed) => {
  const { browser, submit } = setUp(firstName)
  expect(await submit()).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
  await browser.trip(['phone', 'code', deed, 'consent', 'connect'])
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it('stays complete when the person signs in to the module by themselves', async () => {
  const { harness, browser, submit } = setUp()
  await submit()
  harness.simulator.setIntentStatus(harness.simulator.intents()[0]?.id ?? '', 'converted_to_user')
  harness.advance(6_000)
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

it.each(['rejected', 'suspended'] as const)('is stopped when Astra makes it %s later', async (status) => {
  const { harness, browser, submit } = setUp()
  await submit()
  harness.simulator.setIntentStatus(harness.simulator.intents()[0]?.id ?? '', status)
  await harness.simulator.webhooks.deliver()
  expect((await browser.status()).step).toEqual({ name: 'stopped', reason: status })
})

describe('that wants a card', () => {
  const ask = async (browser: TestBrowser, flowId = '') =>
    (await browser.status(`?goal=link-card&flow=${flowId}`)).step

  it('authorizes all the same, for the card form is behind that', async () => {
    const { harness, browser, submit } = setUp()
    expect(await submit()).toEqual({ name: 'complete' })
    expect(await ask(browser)).toEqual({ name: 'hosted-flow', flow: 'authorize', reason: 'first-time' })
    const { flow, startPath } = await browser.openFlow('redirect', 'link-card')
    const deeds: Deed[] = ['phone', 'code', 'consent', 'connect card', 'card approved']
    const returned = await browser.walk(await browser.start(startPath), deeds)
    await browser.complete(returned?.search ?? '')
    expect(harness.simulator.cards()).toMatchObject([{ status: 'approved' }])
    expect(await ask(browser, flow.id)).toEqual({ name: 'complete' })
  })
})
