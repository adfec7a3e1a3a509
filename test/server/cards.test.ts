import { describe, expect, it } from 'vitest'
import type { StatusAnswer } from '../../src/core/contract.ts'
import type { CustomerChange } from '../../src/server/index.ts'
import { CARD_FORM, createHarness, ROSA, TEST_CARD_NUMBERS } from '../support/harness.ts'
import type { Deed, Harness, HarnessOptions, TestBrowser } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const HOUR = 60 * 60_000
const LINK = { name: 'hosted-flow', flow: 'link-card', reason: 'card' }
const AUTHORIZE_AGAIN = { name: 'hosted-flow', flow: 'authorize', reason: 'again' }
const COMPLETE = { name: 'complete' }
const WAIT = { name: 'wait', mayAuthorize: false }

async function setUp(options: HarnessOptions = {}) {
  const harness = createHarness(options)
  const browser = harness.browser()
  await browser.onboard()
  return { harness, browser }
}

/** Opens a flow for a card and walks through it; answers the flow's id and what it returned with. */
async function walk(browser: TestBrowser, deeds: readonly Deed[]) {
  const { flow, startPath } = await browser.openFlow('redirect', 'link-card')
  const returned = await browser.walk(await browser.start(startPath), deeds)
  return { id: flow.id, query: returned?.search ?? '' }
}

/** The same, with the return. The module knows the browser from the authorization, unless said otherwise. */
async function link(browser: TestBrowser, ...deeds: Deed[]): Promise<string> {
  const { id, query } = await walk(browser, deeds)
  await browser.complete(query)
  return id
}

const ask = (browser: TestBrowser, flowId = '') =>
  browser.status(`?goal=link-card${flowId && `&flow=${flowId}`}`)

/** The step, and what became of the card of the flow. */
async function outcome(browser: TestBrowser, flowId: string) {
  const { step, flow } = await ask(browser, flowId)
  return [step, flow?.card]
}

const readsOfCards = ({ simulator }: Harness) =>
  simulator.requests.filter(({ route }) => route === 'GET /v1/cards').length

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

type TestCard = keyof typeof TEST_CARD_NUMBERS

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
    const { browser } = await setUp()
    const { id, query } = await walk(browser, ['card approved'])
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
      const { harness, browser } = await setUp({
        proxy: {
          fetch: async (request) => {
            const response = await harness.simulator.fetch(request)
            if (!request.url.endsWith('/v1/cards') || response.status !== 200) return response
            const body = (await response.json()) as { cards: object[] }
            return Response.json({ cards: body.cards.map((card) => ({ ...card, created })) })
          },
        },
      })
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

describe('reads of the cards, with four windows over two processes polling every second', () => {
  async function polled(harness: Harness, browser: TestBrowser, id: string, seconds: number) {
    const other = harness.instance()
    const before = readsOfCards(harness)
    for (let second = 0; second < seconds; second++) {
      harness.advance(1000)
      const asks = [harness, other].flatMap(({ proxy }) => [ofProxy(proxy), ofProxy(proxy)])
      await Promise.all(asks.map((fetch) => askThrough(browser, fetch, id)))
    }
    return readsOfCards(harness) - before
  }
  const ofProxy = (proxy: Harness['proxy']) => proxy.fetch

  /** The browser's own cookie, and any of the processes. */
  async function askThrough(browser: TestBrowser, fetch: Harness['proxy']['fetch'], id: string) {
    const response = await fetch(
      new Request(`https://bank.test/api/astra/status?goal=link-card&flow=${id}`, {
        headers: {
          'x-test-customer': JSON.stringify(browser.identity),
          'x-astra-onboarding': '1',
          'sec-fetch-site': 'same-origin',
          cookie: browser.cookie(),
        },
      }),
    )
    return response.json() as Promise<StatusAnswer>
  }

  it('are five seconds apart', async () => {
    const { harness, browser } = await setUp()
    const { flow } = await browser.openFlow('popup', 'link-card')
    expect(await polled(harness, browser, flow.id, 60)).toBe(12)
  })

  it('end when the card is there', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card approved')
    expect(await polled(harness, browser, id, 30)).toBe(1)
  })

  it('are none for somebody who asks without a flow, or for the onboarding', async () => {
    const { harness, browser } = await setUp()
    await ask(browser)
    await browser.status()
    expect(readsOfCards(harness)).toBe(0)
  })

  it('happen at each opening, so that a card of a moment ago is no new one', async () => {
    const { harness, browser } = await setUp()
    const { flow } = await browser.openFlow('popup', 'link-card')
    await ask(browser, flow.id)
    await walk(browser, ['card approved'])
    const later = await browser.openFlow('popup', 'link-card')
    harness.advance(6_000)
    expect(await outcome(browser, later.flow.id)).toEqual([LINK, 'none'])
  })
})

describe('an outage of Astra', () => {
  it('is answered as such, and the step comes back as it was', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card pending')
    expect(await outcome(browser, id)).toEqual([WAIT, 'pending'])
    harness.simulator.failNext('GET /v1/cards', { status: 503 })
    harness.advance(5_000)
    const response = await browser.request('GET', `/status?goal=link-card&flow=${id}`)
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { error: { code: 'astra_unavailable' } },
    ])
    expect(await outcome(browser, id)).toEqual([WAIT, 'pending'])
    harness.advance(5_000)
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
  })

  it('opens no flow whose old cards nobody knows', async () => {
    const { harness, browser } = await setUp()
    harness.simulator.failNext('GET /v1/cards', { network: 'before' })
    const before = await harness.storage.find('flow', 'customer', 'customer-1')
    await expect(browser.openFlow('popup', 'link-card')).rejects.toThrow('astra_unavailable')
    expect(await harness.storage.find('flow', 'customer', 'customer-1')).toEqual(before)
  })
})

describe("Astra's list of cards", () => {
  const answering = async (body: unknown) => {
    const { harness, browser } = await setUp()
    const { flow } = await browser.openFlow('popup', 'link-card')
    harness.advance(5_000)
    harness.simulator.failNext('GET /v1/cards', { status: 200, body })
    const response = await browser.request('GET', `/status?goal=link-card&flow=${flow.id}`)
    return { status: response.status, body: (await response.json()) as object }
  }

  it.each([
    [[]],
    [{}],
    [{ cards: {} }],
    [{ cards: [null] }],
    [{ cards: ['card'] }],
    [{ cards: [{ status: 'approved' }] }],
    [{ cards: [{ id: '', status: 'approved' }] }],
    [{ cards: [{ id: 7, status: 'approved' }] }],
    [{ cards: [{ id: 'c1' }] }],
  ])('is refused when it is %j', async (body) => {
    expect(await answering(body)).toMatchObject({
      status: 502,
      body: { error: { code: 'astra_unexpected' } },
    })
  })

  it('may have members that nobody knows', async () => {
    const body = { more: true, cards: [{ id: 'c1', status: 'approved', network: 'star' }] }
    expect(await answering(body)).toMatchObject({ status: 200, body: { step: COMPLETE } })
  })

  it.each(['dormant', 'APPROVED', ''])('completes nothing with a card in the status %j', async (status) => {
    expect(await answering({ cards: [{ id: 'c1', status }] })).toMatchObject({
      status: 200,
      body: { step: LINK, flow: { card: 'none' } },
    })
  })
})

describe('news of a card', () => {
  it('make the next status read the cards at once', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card pending')
    await harness.simulator.webhooks.deliver()
    await ask(browser, id)
    harness.simulator.setCardStatus(harness.simulator.cards()[0]?.id ?? '', 'flagged')
    expect(await outcome(browser, id)).toEqual([WAIT, 'pending'])
    expect(await harness.simulator.webhooks.deliver()).toMatchObject([{ status: 200 }])
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
    expect(harness.audits).toContainEqual({
      event: 'webhook.verify',
      customer: 'customer-1',
      outcome: 'card_updated',
    })
  })

  it('outdo a list that was on its way when they came', async () => {
    let duringRead = async () => {}
    const { harness, browser } = await setUp({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.url.endsWith('/v1/cards')) await duringRead()
          return answer
        },
      },
    })
    const { id } = await walk(browser, ['card pending'])
    harness.advance(5_000)
    duringRead = async () => {
      duringRead = async () => {}
      harness.simulator.setCardStatus(harness.simulator.cards()[0]?.id ?? '', 'approved')
      await harness.simulator.webhooks.deliver()
    }
    expect(await outcome(browser, id)).toEqual([WAIT, 'pending'])
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
  })

  it('say nothing about whether news of Users arrive', async () => {
    const { harness, browser } = await setUp()
    await harness.simulator.webhooks.deliver((due) => due.toReversed())
    const latest = await harness.storage.get('webhook', 'latest')
    harness.advance(2 * 60_000)
    await link(browser, 'card approved')
    expect(await harness.simulator.webhooks.deliver()).toMatchObject([{ status: 200 }])
    expect(await harness.storage.get('webhook', 'latest')).toEqual(latest)
  })
})

describe('the partner', () => {
  const LINKED = { customerId: 'customer-1', step: COMPLETE, status: 'approved', cardLinked: true }

  function listening(onChange: (change: CustomerChange) => void = () => {}) {
    const changes: CustomerChange[] = []
    const tell = (change: CustomerChange) => {
      changes.push(change)
      onChange(change)
    }
    return { changes, options: { proxy: { onChange: tell } } }
  }

  it('is told once of a card, however many tabs waited for it', async () => {
    const { changes, options } = listening()
    const { harness, browser } = await setUp(options)
    const { flow } = await browser.openFlow('popup', 'link-card')
    const id = await link(browser, 'card approved')
    await ask(browser, id)
    await ask(browser, flow.id)
    harness.advance(6_000)
    await harness.proxy.maintain()
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([LINKED])
    expect(harness.audits.filter(({ event }) => event === 'card.link')).toEqual([
      { event: 'card.link', customer: 'customer-1', outcome: 'linked' },
    ])
  })

  it('is told again when it has failed to listen', async () => {
    let deaf = true
    const { changes, options } = listening(({ cardLinked }) => {
      if (cardLinked && deaf) throw new Error('busy')
    })
    const { harness, browser } = await setUp(options)
    const id = await link(browser, 'card approved')
    expect((await ask(browser, id)).step).toEqual(COMPLETE)
    deaf = false
    expect((await ask(browser, id)).step).toEqual(COMPLETE)
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([LINKED, LINKED])
    expect(harness.logs).toEqual([
      [{ code: 'internal', cause: 'Error' }, '`onChange` has thrown; it is called again'],
    ])
  })

  it('hears of the onboarding from those who only ever ask for a card, and not of their card form', async () => {
    const { changes, options } = listening()
    const browser = createHarness(options).browser()
    await browser.submit()
    await ask(browser)
    await link(browser, 'phone', 'code', 'consent', 'connect')
    await ask(browser)
    expect(changes).toEqual([
      {
        customerId: 'customer-1',
        step: { name: 'hosted-flow', flow: 'authorize', reason: 'first-time' },
        status: 'approved',
      },
      { customerId: 'customer-1', step: COMPLETE, status: 'approved' },
    ])
  })

  it('hears from `maintain` of a card whose person has closed the page', async () => {
    const { changes, options } = listening()
    const { harness, browser } = await setUp(options)
    const { id } = await walk(browser, ['card approved'])
    harness.simulator.failNext('GET /v1/cards', { status: 503 })
    await harness.simulator.webhooks.deliver()
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 0, failed: 1 })
    harness.advance(5_000)
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 1, failed: 0 })
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([LINKED])
    const reads = readsOfCards(harness)
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
    expect(readsOfCards(harness)).toBe(reads)
  })
})

it('keeps of a card its id, its status and when it was made, and logs nothing of it', async () => {
  const storage = recordingStorage()
  const { harness, browser } = await setUp({ proxy: { storage } })
  const id = await link(browser, 'card approved')
  await ask(browser, id)
  const { number: _, ...printed } = { ...CARD_FORM, number: '' }
  const everything = JSON.stringify([storage.writes, harness.logs, harness.audits, await ask(browser, id)])
  for (const typed of ['4242', printed.expires, printed.street_line_1, '"visa"']) {
    expect(everything).not.toContain(typed)
  }
  const [card] = harness.simulator.cards()
  expect(await storage.get('customer', 'customer-1')).toMatchObject({
    data: {
      cards: {
        known: [{ id: card?.id, status: 'approved', createdAt: Date.parse(card?.created ?? '') }],
      },
    },
  })
  expect(JSON.stringify(await ask(browser, id))).not.toContain(card?.id)
})
