import { describe, expect, it } from 'vitest'
import type { StatusAnswer } from '../../src/core/contract.ts'
import type { CustomerChange } from '../../src/server/index.ts'
import {
  ask,
  COMPLETE,
  LINK,
  link,
  onboarded,
  outcome,
  readsOfCards,
  setUp,
  WAIT,
  walk,
} from '../support/cards.ts'
import { CARD_FORM, createHarness } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

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

describe('a card that was added just now', () => {
  it('is not asked for again by whoever asks while the list is being read', async () => {
    const held: (() => void)[] = []
    const harness: Harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.url.endsWith('/v1/cards')) await new Promise<void>((resolve) => held.push(resolve))
          return answer
        },
      },
    })
    const { browser } = await onboarded(harness)
    const opening = browser.openFlow('popup', 'link-card')
    await expect.poll(() => held).toHaveLength(1)
    held.shift()?.()
    const { flow, startPath } = await opening
    const returned = await browser.walk(await browser.start(startPath), ['card approved'])
    await browser.complete(returned?.search ?? '')
    const first = outcome(browser, flow.id)
    await expect.poll(() => held).toHaveLength(1)
    expect(await outcome(browser, flow.id)).toEqual([WAIT, 'pending'])
    held.shift()?.()
    expect(await first).toEqual([COMPLETE, 'linked'])
  })

  it('is not asked for again after a list that could not be read', async () => {
    const { harness, browser } = await setUp()
    const id = await link(browser, 'card approved')
    harness.simulator.failNext('GET /v1/cards', { status: 500 })
    expect((await browser.request('GET', `/status?goal=link-card&flow=${id}`)).status).toBe(503)
    expect(await outcome(browser, id)).toEqual([WAIT, 'pending'])
    harness.advance(5_000)
    expect(await outcome(browser, id)).toEqual([COMPLETE, 'linked'])
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
    const harness: Harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (request.url.endsWith('/v1/cards')) await duringRead()
          return answer
        },
      },
    })
    const { browser } = await onboarded(harness)
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

  /** Throws at every card until it begins to hear. */
  function deafToCards() {
    let deaf = true
    const heard = listening(({ cardLinked }) => {
      if (cardLinked && deaf) throw new Error('busy')
    })
    return { ...heard, hear: () => void (deaf = false) }
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
    const { changes, options, hear } = deafToCards()
    const { harness, browser } = await setUp(options)
    const id = await link(browser, 'card approved')
    expect((await ask(browser, id)).step).toEqual(COMPLETE)
    hear()
    expect((await ask(browser, id)).step).toEqual(COMPLETE)
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([LINKED, LINKED])
    expect(harness.logs).toEqual([
      [
        { code: 'internal', customer: 'customer-1', cause: 'Error' },
        '`onChange` has thrown; it is called again',
      ],
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
      { customerId: 'customer-1', step: { name: 'wait', mayAuthorize: false }, status: 'pending' },
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

  /** Nobody looks any more; `maintain` runs every hour. */
  async function leftAlone(harness: Harness) {
    for (let hour = 0; hour < 23; hour++) {
      harness.advance(60 * 60 * 1000)
      await harness.proxy.maintain()
    }
  }

  it('hears from `maintain` of a card when it failed to listen and nobody asks any more', async () => {
    const { changes, options, hear } = deafToCards()
    const { harness, browser } = await setUp(options)
    const id = await link(browser, 'card approved')
    await harness.proxy.maintain()
    expect((await ask(browser, id)).step).toEqual(COMPLETE)
    await harness.proxy.maintain()
    hear()
    await leftAlone(harness)
    expect(changes.filter(({ cardLinked }) => cardLinked).length).toBeGreaterThan(1)
    expect(harness.audits.filter(({ event }) => event === 'card.link')).toHaveLength(1)
    const told = changes.length
    await leftAlone(harness)
    expect(changes).toHaveLength(told)
  })

  it('hears from `maintain` of a card that a look at the onboarding came before', async () => {
    const { changes, options } = listening()
    const { harness, browser } = await setUp(options)
    await link(browser, 'card approved')
    harness.advance(6_000)
    await harness.proxy.status('customer-1')
    await browser.status()
    await leftAlone(harness)
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([LINKED])
  })

  it('hears from `maintain` of a card that was read by a process which died before it told', async () => {
    let dies = false
    const { changes, options } = listening(({ cardLinked }) => {
      if (cardLinked && dies) throw new Error('as good as dead')
    })
    const { harness, browser } = await setUp(options)
    const id = await link(browser, 'card pending')
    await ask(browser, id)
    const customer = await harness.storage.get('customer', 'customer-1')
    const data = { ...(customer?.data as object), isStale: false, cardsDue: false }
    await harness.storage.commit([
      { kind: 'customer', id: 'customer-1', expectedVersion: customer?.version ?? 0, data, indexes: {} },
    ])
    harness.advance(8_000)
    dies = true
    expect((await ask(browser, id)).step).toEqual(COMPLETE)
    dies = false
    await leftAlone(harness)
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([LINKED, LINKED])
  })

  it('hears from `maintain` of a card that was under review, where no webhooks are', async () => {
    const { changes, options } = listening()
    const { harness, browser } = await setUp(options)
    await link(browser, 'card pending')
    await harness.proxy.maintain()
    await leftAlone(harness)
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([LINKED])
    const reads = readsOfCards(harness)
    await leftAlone(harness)
    expect(readsOfCards(harness)).toBe(reads)
  })

  it('hears from `maintain` of a card however long it has failed to listen', async () => {
    const { changes, options, hear } = deafToCards()
    const { harness, browser } = await setUp(options)
    await link(browser, 'card approved')
    await leftAlone(harness)
    await leftAlone(harness)
    hear()
    await leftAlone(harness)
    expect(changes.filter(({ cardLinked }) => cardLinked).length).toBeGreaterThan(40)
    expect(harness.audits.filter(({ event }) => event === 'card.link')).toHaveLength(1)
  })

  it('hears from `maintain` of a card that was seen, though the authorization has ended since', async () => {
    const { changes, options, hear } = deafToCards()
    const { harness, browser } = await setUp(options)
    await ask(browser, await link(browser, 'card approved'))
    harness.simulator.expire(harness.simulator.users()[0]?.id ?? '', 'authorization')
    harness.advance(3 * 60 * 60 * 1000)
    await harness.proxy.maintain()
    hear()
    const told = changes.length
    await leftAlone(harness)
    expect(changes.slice(told).filter(({ cardLinked }) => cardLinked)).toHaveLength(1)
    expect(await harness.storage.find('customer', 'cards', 'yes')).toEqual([])
  })

  it('hears from `maintain` that somebody is suspended, though the cards cannot be read', async () => {
    const { changes, options } = listening()
    const { harness, browser } = await setUp(options)
    await walk(browser, ['card pending'])
    harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', 'suspended')
    await harness.simulator.webhooks.deliver()
    harness.advance(6_000)
    harness.simulator.failNext('GET /v1/cards', { status: 403 })
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 0, failed: 1 })
    expect(changes.at(-1)).toMatchObject({ status: 'suspended' })
  })

  it('hears from `maintain` of an authorization that the look at the cards has found dead', async () => {
    const { changes, options } = listening()
    const { harness, browser } = await setUp(options)
    const id = await link(browser, 'card pending')
    await ask(browser, id)
    await harness.proxy.maintain()
    harness.simulator.expire(harness.simulator.users()[0]?.id ?? '', 'authorization')
    await leftAlone(harness)
    expect(changes.at(-1)).toMatchObject({ step: { name: 'hosted-flow', reason: 'again' } })
  })

  it('has cards under review read by `maintain` every ten minutes, and nothing else', async () => {
    const harness: Harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const answer = await harness.simulator.fetch(request)
          if (!request.url.endsWith('/v1/cards')) return answer
          return new Response((await answer.text()).replaceAll('"approved"', '"pending"'), answer)
        },
      },
    })
    const { browser } = await onboarded(harness)
    await ask(browser, await link(browser, 'card pending'))
    harness.advance(6_000)
    await harness.proxy.maintain()
    const before = harness.simulator.requests.length
    for (let minute = 0; minute < 60; minute++) {
      harness.advance(60_000)
      await harness.proxy.maintain()
    }
    expect(harness.simulator.requests.slice(before).map(({ route }) => route)).toEqual(
      Array.from({ length: 6 }, () => 'GET /v1/cards'),
    )
  })

  it('hears nothing from `maintain` while a card is under review, or of a flow of another environment', async () => {
    const { changes, options } = listening()
    const { harness, browser } = await setUp(options)
    const { id } = await walk(browser, ['card pending'])
    await harness.simulator.webhooks.deliver()
    await harness.proxy.maintain()
    const flow = await harness.storage.get('flow', id)
    const data = { ...(flow?.data as object), environment: 'sandbox' }
    const indexes = { customer: 'customer-1' }
    await harness.storage.commit([{ kind: 'flow', id, expectedVersion: flow?.version ?? 0, data, indexes }])
    harness.advance(8_000)
    await harness.simulator.webhooks.deliver()
    await harness.proxy.maintain()
    expect(harness.simulator.cards()).toMatchObject([{ status: 'approved' }])
    expect(changes.filter(({ cardLinked }) => cardLinked)).toEqual([])
  })

  it('has no cards read by `maintain` when nobody waits for one any more', async () => {
    const { harness, browser } = await setUp()
    await harness.simulator.webhooks.deliver()
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 1 })
    expect(readsOfCards(harness)).toBe(0)
    await ask(browser, await link(browser, 'card approved'))
    const reads = readsOfCards(harness)
    harness.advance(6_000)
    await harness.simulator.webhooks.deliver()
    expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 1 })
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
