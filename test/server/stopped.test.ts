import { describe, expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'
import type { Harness } from '../support/harness.ts'

const DAY = 24 * 60 * 60 * 1000
const AGAIN = { name: 'hosted-flow', flow: 'authorize', reason: 'again' }

const userId = ({ simulator }: Harness) => simulator.users()[0]?.id ?? ''

describe.each(['rejected', 'suspended'] as const)('a User whom Astra has made %s', (status) => {
  async function stopped() {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.onboard()
    harness.simulator.setUserStatus(userId(harness), status)
    harness.advance(6_000)
    expect((await browser.status()).step).toEqual({ name: 'stopped', reason: status })
    return { harness, browser }
  }

  it('stays so when the authorization is over, and no flow opens', async () => {
    const { harness, browser } = await stopped()
    harness.advance(11 * DAY)
    expect((await browser.status()).step).toEqual({ name: 'stopped', reason: status })
    await expect(browser.openFlow()).rejects.toThrow('flow_not_needed')
    expect((await browser.submit()).body.error?.code).toBe('intent_exists')
  })

  it('goes on as soon as Astra says otherwise', async () => {
    const { harness, browser } = await stopped()
    harness.simulator.setUserStatus(userId(harness), 'approved')
    await harness.simulator.webhooks.deliver()
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('still has an access token for the partner', async () => {
    const { harness } = await stopped()
    expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
  })
})

it('stops a person whose check fails while they wait', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit({ ...ROSA, firstName: 'Pending-Rejected' })
  harness.advance(6_000)
  expect((await browser.status()).step).toEqual({ name: 'stopped', reason: 'rejected' })
})

it('gives up after three returns of a person who is rejected inside the module', async () => {
  const browser = createHarness().browser()
  await browser.submit({ ...ROSA, firstName: 'Retry-Rejected' })
  await browser.trip(['phone', 'code', 'correction', 'cancel'])
  expect((await browser.status()).step).toEqual(AGAIN)
  await browser.trip(['cancel'])
  await browser.trip(['cancel'])
  expect((await browser.status()).step).toEqual({ name: 'stopped', reason: 'could-not-finish' })
})

it('gives whoever corrects their details three returns of their own', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit({ ...ROSA, phone: '4155550143' })
  for (let trip = 0; trip < 3; trip++) await browser.trip(['cancel'])
  expect(await browser.status()).toMatchObject({ step: { reason: 'could-not-finish' }, mayCorrect: true })
  expect((await browser.correct()).status).toBe(201)
  harness.advance(6_000)
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
  await browser.trip(['cancel'])
  await browser.trip()
  expect((await browser.status()).step).toEqual({ name: 'complete' })
})

describe('proxy.allowAnotherTry', () => {
  async function couldNotFinish() {
    const storage = recordingStorage()
    const harness = createHarness({ proxy: { storage } })
    const browser = harness.browser()
    await browser.submit()
    for (let trip = 0; trip < 3; trip++) await browser.trip(['cancel'])
    return { harness, browser, storage }
  }

  it('lets a person who could not finish go to the module again, with three returns of their own', async () => {
    const { harness, browser } = await couldNotFinish()
    expect(await harness.proxy.status('customer-1')).toMatchObject({
      step: { name: 'stopped', reason: 'could-not-finish' },
      fruitlessReturns: 3,
    })
    await harness.proxy.allowAnotherTry('customer-1')
    expect(await harness.proxy.status('customer-1')).toMatchObject({
      step: { name: 'hosted-flow', flow: 'authorize' },
      fruitlessReturns: 0,
    })
    await browser.trip(['cancel'])
    await browser.trip()
    expect((await browser.status()).step).toEqual({ name: 'complete' })
  })

  it('is audited, and changes nothing but the count', async () => {
    const { harness, storage } = await couldNotFinish()
    const before = (await storage.get('customer', 'customer-1'))?.data as object
    const writes = storage.writes.length
    await harness.proxy.allowAnotherTry('customer-1')
    await harness.proxy.allowAnotherTry('customer-1')
    expect(storage.writes.slice(writes).map(({ data }) => data)).toEqual([
      { ...before, fruitlessReturns: undefined },
    ])
    const event = { event: 'customer.retry', customer: 'customer-1' }
    expect(harness.audits.slice(-2)).toEqual([
      { ...event, outcome: 'allowed' },
      { ...event, outcome: 'not-needed' },
    ])
  })

  it('writes nothing for somebody whom nobody knows', async () => {
    const { harness, storage } = await couldNotFinish()
    await harness.proxy.allowAnotherTry('nobody')
    expect(await storage.get('customer', 'nobody')).toBeNull()
  })
})

it('counts the returns without a code anew after a success', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  await browser.trip(['cancel'])
  await browser.trip(['cancel'])
  await browser.trip()
  harness.advance(11 * DAY)
  await browser.status()
  await browser.trip(['cancel'])
  await browser.trip(['cancel'])
  expect((await browser.status()).step).toEqual(AGAIN)
})
