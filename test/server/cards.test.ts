import { describe, expect, it } from 'vitest'
import { ask, COMPLETE, LINK, link, onboarded, outcome, setUp, WAIT, walk } from '../support/cards.ts'
import { createHarness, ROSA, TEST_CARD_NUMBERS } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const HOUR = 60 * 60_000
const AUTHORIZE_AGAIN = { name: 'hosted-flow', flow: 'authorize', reason: 'again' }

type TestCard = keyof typeof TEST_CARD_NUMBERS

/** The list of cards with something else in the place of their dates. */
async function withoutDates(request: Request, response: Response, created: unknown = null) {
  if (!request.url.endsWith('/v1/cards') || response.status !== 200) return response
  const body = (await response.json()) as { cards: object[] }
  return Response.json({ cards: body.cards.map((card) => ({ ...card, created })) })
}

describe('whoever wants a card', () => {
  it('is sent to the card form, with nothing but client, redirect URI and state in the link', async () => {
    const { browser } = await setUp()
    expect((await browser.status()).step).toEqual(COMPLETE)
    expect((await ask(browser)).step).toEqual(LINK)
    const { flow, startPath } = await browser.openFlow('popup', 'link-card')
    expect(flow).toEqual({
      id: flow.id,
      flow: 'link-card',
      presentation: 'popup',
      outcome: { state: 'open' },
    })
    const url = await browser.start(startPath)
    expect([url.pathname, [...url.searchParams.keys()]]).toEqual([
      '/cards/connect',
      ['client_id', 'redirect_uri', 'state'],
    ])
  })

  it.each<[TestCard, object, string]>([
    ['approved', COMPLETE, 'linked'],
    ['flagged', COMPLETE, 'linked'],
    ['pending', WAIT, 'pending'],
    ['declined', LINK, 'declined'],
  ])('hears of a card that is %s', async (card, step, told) => {
    const { browser } = await setUp()
    const id = await link(browser, `card ${card}`)
    expect(await outcome(browser, id)).toEqual([step, told])
  })

  it('is offered the form again when it was left without a card', async () => {
    const { browser } = await setUp()
    expect(await outcome(browser, await link(browser, 'no-card'))).toEqual([LINK, 'none'])
  })

  it.each<[TestCard, object, string]>([
    ['pending', COMPLETE, 'linked'],
    ['pending-declined', LINK, 'declined'],
  ])('waits for the review of a card that is %s, and hears its end', async (card, step, told) => {
    const { harness, browser } = await setUp()
    const id = await link(browser, `card ${card}`)
    expect(await outcome(browser, id)).toEqual([WAIT, 'pending'])
    harness.advance(8_000)
    expect(await outcome(browser, id)).toEqual([step, told])
  })

  it('tries another card after a declined one', async () => {
    const { browser } = await setUp()
    const first = await link(browser, 'card declined')
    expect(await outcome(browser, first)).toEqual([LINK, 'declined'])
    expect(await outcome(browser, await link(browser, 'card approved'))).toEqual([COMPLETE, 'linked'])
  })

  it('may add one card after the other', async () => {
    const { harness, browser } = await setUp()
    for (const card of ['approved', 'approved-too', 'approved'] as const) {
      const { id, query } = await walk(browser, [])
      expect(query).toBe('')
      expect(await outcome(browser, id)).toEqual([LINK, 'none'])
      expect(await outcome(browser, await link(browser, `card ${card}`))).toEqual([COMPLETE, 'linked'])
    }
    expect(harness.simulator.cards()).toHaveLength(3)
  })

  it('needs no token to be asked for the profile and the authorization first', async () => {
    const browser = createHarness().browser()
    expect((await ask(browser)).step).toEqual({ name: 'collect-profile' })
    await browser.submit()
    expect((await ask(browser)).step).toEqual({
      name: 'hosted-flow',
      flow: 'authorize',
      reason: 'first-time',
    })
    const first = await link(browser, 'phone', 'code', 'consent', 'connect')
    expect(await outcome(browser, first)).toEqual([LINK, 'none'])
    expect(await outcome(browser, await link(browser, 'card approved'))).toEqual([COMPLETE, 'linked'])
  })

  it('is done at once with a card that was added in the module after the consent', async () => {
    const browser = createHarness().browser()
    await browser.submit()
    const id = await link(browser, 'phone', 'code', 'consent', 'connect card', 'card approved')
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
    expect((await ask(browser)).step).toEqual(LINK)
  })

  it('is done by such a card although Astra does not say when it was made', async () => {
    const harness: Harness = createHarness({
      proxy: { fetch: async (request) => withoutDates(request, await harness.simulator.fetch(request)) },
    })
    const browser = harness.browser()
    await browser.submit()
    const id = await link(browser, 'phone', 'code', 'consent', 'connect card', 'card approved')
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
  })

  it('is sent to what the User misses before the card form', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card approved')
    harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', 'suspended')
    await harness.simulator.webhooks.deliver()
    expect(await outcome(browser, id)).toEqual([{ name: 'stopped', reason: 'suspended' }, 'none'])
    await expect(browser.openFlow('popup', 'link-card')).rejects.toThrow('flow_not_needed')
  })

  it('does not get done by a card that somebody else signed in for', async () => {
    const { harness, browser } = await setUp()
    const other = harness.browser('customer-2')
    await other.onboard({ ...ROSA, firstName: 'Mia', email: 'mia@example.com', phone: '4155550177' })
    const fresh = harness.browser()
    const id = await link(fresh, 'phone 4155550177', 'code', 'card approved')
    expect(harness.simulator.cards()).toHaveLength(1)
    expect(await outcome(fresh, id)).toEqual([LINK, 'none'])
    expect(await outcome(browser, id)).toEqual([LINK, undefined])
  })
})

describe('complete', () => {
  it('is said for the flow alone that the card was added in or during', async () => {
    const { browser } = await setUp()
    const id = await link(browser, 'card approved')
    expect((await ask(browser, id)).step).toEqual(COMPLETE)
    expect((await ask(browser)).step).toEqual(LINK)
    const { flow: next } = await browser.openFlow('redirect', 'link-card')
    expect((await ask(browser, next.id)).step).toEqual(LINK)
    const { flow: other } = await browser.openFlow('redirect', 'link-card')
    expect((await ask(browser, other.id)).step).toEqual(LINK)
    await browser.request('GET', `/status?goal=onboard&flow=${id}`)
    expect(await browser.status(`?flow=${id}`)).toMatchObject({ step: COMPLETE, flow: { id } })
    expect((await browser.status(`?flow=${id}`)).flow).not.toHaveProperty('card')
  })

  it('is said for a day from the opening of the flow', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card approved')
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
    harness.advance(24 * HOUR - 1)
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
    harness.advance(1)
    expect(await outcome(browser, id)).toEqual([LINK, 'none'])
  })

  it('is not said a week later to somebody who wants a second card', async () => {
    const { harness, browser } = await setUp()
    await link(browser, 'card approved')
    harness.advance(7 * 24 * HOUR)
    expect((await ask(browser)).step).toEqual(LINK)
    const { flow } = await browser.openFlow('redirect', 'link-card')
    expect(await outcome(browser, flow.id)).toEqual([LINK, 'none'])
  })

  it('stays said when the card is removed again, or Astra is out', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card approved')
    await ask(browser, id)
    harness.simulator.setCardStatus(harness.simulator.cards()[0]?.id ?? '', 'removed')
    harness.simulator.failNext('GET /v1/cards', { status: 503 }, 'until-cleared')
    harness.advance(6_000)
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
  })

  it('is said without any return, and before it', async () => {
    const { harness, browser } = await setUp()
    const { id, query } = await walk(browser, ['card approved'])
    harness.advance(5_000)
    expect(await ask(browser, id)).toMatchObject({
      step: COMPLETE,
      flow: { outcome: { state: 'open' }, card: 'linked' },
    })
    await browser.complete(query)
    expect(await ask(browser, id)).toMatchObject({
      step: COMPLETE,
      flow: { outcome: { state: 'returned' }, card: 'linked' },
    })
  })

  it('is said in every tab that was waiting, and in none that is opened later', async () => {
    const { harness, browser } = await setUp()
    const first = await browser.openFlow('popup', 'link-card')
    const second = await link(browser, 'card approved')
    expect(await outcome(browser, second)).toEqual([COMPLETE, 'linked'])
    const third = await browser.openFlow('popup', 'link-card')
    expect(await outcome(browser, first.flow.id)).toEqual([COMPLETE, 'linked'])
    harness.advance(6_000)
    expect(await outcome(browser, third.flow.id)).toEqual([LINK, 'none'])
  })

  it('is not said of an old card that moves up to the first page when newer ones are deleted', async () => {
    let first = (cards: object[]) => cards.slice(0, 1)
    const harness: Harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const response = await harness.simulator.fetch(request)
          if (new URL(request.url).pathname !== '/v1/cards') return response
          const { cards } = (await response.json()) as { cards: object[] }
          return Response.json({ count: cards.length, cards: first(cards) })
        },
      },
    })
    const { browser } = await onboarded(harness)
    await link(browser, 'card approved')
    await link(browser, 'card flagged')
    harness.advance(2 * HOUR)
    const { flow } = await browser.openFlow('popup', 'link-card')
    first = (cards) => cards.slice(-1)
    harness.advance(6_000)
    expect(await outcome(browser, flow.id)).toEqual([LINK, 'none'])
  })

  it('is said of a card of an earlier trip whose return was lost, before the first authorization', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    await walk(browser, ['phone', 'code', 'consent', 'connect card', 'card approved'])
    harness.advance(2 * HOUR)
    const again = await link(browser, 'phone', 'code', 'consent', 'connect')
    expect(await outcome(browser, again)).toEqual([COMPLETE, 'linked'])
  })

  it('is not said to another browser or customer', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card approved')
    expect((await ask(harness.browser(), id)).step).toEqual(LINK)
    const headers = { 'x-test-customer': '{"id":"customer-2"}' }
    const answer = await browser.request('GET', `/status?goal=link-card&flow=${id}`, { headers })
    expect(await answer.json()).toMatchObject({ step: { name: 'collect-profile' } })
  })
})

describe('an authorization that dies', () => {
  const die = ({ simulator }: Harness) => simulator.expire(simulator.users()[0]?.id ?? '', 'authorization')

  it('is renewed before the card, and an old card is not a new one then', async () => {
    const { harness, browser } = await setUp()
    await link(browser, 'card approved')
    harness.advance(11 * 24 * HOUR)
    expect((await ask(browser)).step).toEqual(AUTHORIZE_AGAIN)
    const again = await link(browser, 'phone', 'code', 'consent', 'connect')
    expect(await outcome(browser, again)).toEqual([LINK, 'none'])
    expect(await outcome(browser, await link(browser, 'card approved'))).toEqual([COMPLETE, 'linked'])
  })

  it('is renewed, and a card added on that occasion is the new one', async () => {
    const { harness, browser } = await setUp()
    await link(browser, 'card approved')
    harness.advance(11 * 24 * HOUR)
    const again = await link(browser, 'phone', 'code', 'consent', 'connect card', 'card flagged')
    expect(await outcome(browser, again)).toEqual([COMPLETE, 'linked'])
  })

  it.each([null, '2026-12-24T18:00:00', 'tomorrow', 17])(
    'makes no old card a new one where Astra says %j of its creation',
    async (created) => {
      const harness: Harness = createHarness({
        proxy: {
          fetch: async (request) => withoutDates(request, await harness.simulator.fetch(request), created),
        },
      })
      const { browser } = await onboarded(harness)
      await link(browser, 'card approved')
      harness.advance(11 * 24 * HOUR)
      const again = await link(browser, 'phone', 'code', 'consent', 'connect')
      expect(await outcome(browser, again)).toEqual([LINK, 'none'])
    },
  )

  it('between the status and the opening leads to the authorization, in the same click', async () => {
    const { harness, browser } = await setUp()
    expect((await ask(browser)).step).toEqual(LINK)
    die(harness)
    const { flow } = await browser.openFlow('popup', 'link-card')
    expect(flow.flow).toBe('authorize')
  })

  it('costs no second of the flows of an hour', async () => {
    const { harness, browser } = await onboarded(createHarness({ proxy: { limits: { flowsPerHour: 2 } } }))
    await ask(browser)
    die(harness)
    const { flow } = await browser.openFlow('popup', 'link-card')
    expect(flow.flow).toBe('authorize')
  })

  it('while the cards are read leads to the authorization', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card pending')
    await ask(browser, id)
    harness.advance(5_000)
    // The User is read by another window just before.
    await browser.status()
    die(harness)
    expect((await ask(browser, id)).step).toEqual(AUTHORIZE_AGAIN)
  })
})
