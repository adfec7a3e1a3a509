import { expect, it } from 'vitest'
import { AUTHORIZE, createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { createDoorkeeper } from '../support/held-request.ts'

const isExchange = ({ url }: Request) => url.endsWith('/v1/oauth/token')
const isCreation = ({ method, url }: Request) => method === 'POST' && url.endsWith('/v1/user_intent')
const isIntentRead = ({ method, url }: Request) => method === 'GET' && url.includes('/v1/user_intent/')

/** Work that waits for nothing but itself is done. */
const settled = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => void setImmediate(resolve))
}

/** `before`: requests are held before Astra has them; `after`: when it has answered. */
function heldAtAstra(when: 'before' | 'after') {
  const door = createDoorkeeper()
  const harness: Harness = createHarness({
    proxy: {
      fetch: async (request) => {
        if (when === 'before') await door.pass(request)
        const answer = await harness.simulator.fetch(request)
        if (when === 'after') await door.pass(request)
        return answer
      },
    },
  })
  return { harness, holdNext: door.holdNext }
}

it('lets the genuine return take over while the code of another is on its way', async () => {
  const { harness, holdNext } = heldAtAstra('before')
  const browser = harness.browser()
  await browser.submit()
  const { flow, startPath } = await browser.openFlow()
  const back = await browser.walk(await browser.start(startPath), AUTHORIZE)
  const exchange = holdNext(isExchange)
  const bogus = browser.complete('?code=bogus')
  await exchange.arrived
  const genuine = browser.complete(back?.search ?? '')
  await settled()
  exchange.open()
  expect((await genuine).body.flow.outcome).toEqual({ state: 'authorized' })
  await bogus
  expect((await browser.status(`?flow=${flow.id}`)).flow?.outcome).toEqual({ state: 'authorized' })
  expect(await harness.proxy.getAccessToken('customer-1')).toMatch(/^at_/)
  expect(harness.audits.filter(({ event }) => event === 'flow.finish').map(({ outcome }) => outcome)).toEqual(
    ['overtaken', 'authorized'],
  )
})

it('sends a code once that comes again with our state while it is on its way', async () => {
  const { harness, holdNext } = heldAtAstra('before')
  const browser = harness.browser()
  await browser.submit()
  const { flow, startPath } = await browser.openFlow()
  const back = await browser.walk(await browser.start(startPath), AUTHORIZE)
  const exchange = holdNext(isExchange)
  const withoutState = new URLSearchParams(back?.search)
  withoutState.delete('state')
  const first = browser.complete(withoutState.toString())
  await exchange.arrived
  const second = browser.complete(back?.search ?? '')
  await settled()
  exchange.open()
  await Promise.all([first, second])
  expect((await browser.status(`?flow=${flow.id}`)).flow?.outcome).toEqual({ state: 'authorized' })
  expect(harness.simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token')).toHaveLength(1)
})

it('sends no code again whose answer was lost, although it comes with our state this time', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { flow, startPath } = await browser.openFlow()
  const back = await browser.walk(await browser.start(startPath), AUTHORIZE)
  const withoutState = new URLSearchParams(back?.search)
  withoutState.delete('state')
  harness.simulator.failNext('POST /v1/oauth/token', { network: 'after' })
  await browser.complete(withoutState.toString())
  await browser.complete(back?.search ?? '')
  expect((await browser.status(`?flow=${flow.id}`)).flow?.outcome).toMatchObject({
    error: 'exchange_outcome_unknown',
  })
  expect(harness.simulator.requests.filter(({ route }) => route === 'POST /v1/oauth/token')).toHaveLength(1)
})

/** Two windows of one person on the way to a card: the first has linked it, the second has come back with its `query`. */
async function twoWindowsForACard(harness: Harness) {
  const [one, two] = [harness.browser(), harness.browser()]
  await one.submit()
  const opened = await one.openFlow('redirect', 'link-card')
  const address = await one.start(opened.startPath)
  const other = await two.openFlow('redirect', 'link-card')
  const otherAddress = await two.start(other.startPath)
  const back = await one.walk(address, ['phone', 'code', 'consent', 'connect card', 'card approved'])
  await one.complete(back?.search ?? '')
  const otherBack = await two.walkThrough(otherAddress)
  const seeCard = async () => (await one.status(`?goal=link-card&flow=${opened.flow.id}`)).flow?.card
  return { two, query: otherBack.search, seeCard }
}

it('keeps the tokens of a window whose card was marked while its code was on its way', async () => {
  const { harness, holdNext } = heldAtAstra('before')
  const { two, query, seeCard } = await twoWindowsForACard(harness)
  const exchange = holdNext(isExchange)
  const completing = two.complete(query)
  await exchange.arrived
  expect(await seeCard()).toBe('linked')
  exchange.open()
  expect((await completing).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('opens a flow again whose card was marked while its code could not leave', async () => {
  const door = createDoorkeeper()
  let isDown = false
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const harness: Harness = createHarness({
    proxy: {
      fetch: async (request) => {
        await door.pass(request)
        if (isDown && isExchange(request)) throw new TypeError('fetch failed', { cause })
        return harness.simulator.fetch(request)
      },
    },
  })
  const { two, query, seeCard } = await twoWindowsForACard(harness)
  const exchange = door.holdNext(isExchange)
  const completing = two.complete(query)
  await exchange.arrived
  expect(await seeCard()).toBe('linked')
  isDown = true
  exchange.open()
  expect((await completing).status).toBe(503)
  isDown = false
  expect((await two.complete(query)).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('replaces nothing that somebody has signed in with while a read was on its way', async () => {
  const { harness, holdNext } = heldAtAstra('after')
  const browser = harness.browser()
  await browser.submit()
  await browser.status()
  const { startPath } = await browser.openFlow()
  const address = await browser.start(startPath)
  harness.advance(6_000)
  const read = holdNext(isIntentRead)
  const poll = browser.status()
  await read.arrived
  const back = await browser.walk(address, AUTHORIZE)
  const correcting = browser.correct({ ...ROSA, lastName: 'Diaz-Gomez', phone: '4155550143' })
  await settled()
  read.open()
  await poll
  expect((await correcting).body.error?.code).toBe('intent_exists')
  expect((await browser.complete(back?.search ?? '')).body.flow.outcome).toEqual({ state: 'authorized' })
})

it('does not bring back a creation that was forgotten, when the customer has begun anew', async () => {
  const { harness, holdNext } = heldAtAstra('after')
  const browser = harness.browser()
  const creation = holdNext(isCreation)
  const first = browser.submit()
  await creation.arrived
  await harness.proxy.forget('customer-1')
  harness.simulator.failNext('POST /v1/user_intent', { network: 'after' })
  await browser.submit({ ...ROSA, lastName: 'Lindquist' })
  creation.open()
  await first
  expect(await harness.proxy.status('customer-1')).toMatchObject({ userIntentId: null })
})
