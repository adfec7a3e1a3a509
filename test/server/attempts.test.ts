import { describe, expect, it } from 'vitest'
import type { Attempt } from '../../src/server/attempt.ts'
import type { AstraProxyOptions, AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import { delivery, post } from '../support/webhook.ts'
import type { Harness } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const CREATE = 'POST /v1/user_intent'
const DAY = 24 * 60 * 60_000
const OLD_KEY = 'b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0='
const NEW_KEY = 'bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0='

const LIMIT_REACHED = {
  code: 'intent_limit_reached',
  message:
    '[astra] As many user intents were created as Astra allows for an e-mail address, or `limits` for a person; a failed one counts for a day. Nothing was sent; a person at support has to look.',
  userMessage: 'contact-support',
}

const creations = ({ simulator }: Harness) =>
  simulator.requests.filter(({ route }) => route === CREATE).length

async function attemptsOf({ storage }: Harness, customerId = 'customer-1'): Promise<Attempt[]> {
  const records = await storage.find('attempt', 'customer', customerId)
  return records.map(({ data }) => data as Attempt).sort((a, b) => a.at - b.at)
}

/** Astra, but its answer to the wanted creation comes when the test says so. */
function createWithLateAnswer(wanted: number) {
  let letGo = () => {}
  let arrived = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const sent = new Promise<void>((resolve) => (arrived = resolve))
  const fetch: AstraProxyOptions['fetch'] = async (request) => {
    const isCreation = request.method === 'POST' && request.url.endsWith('/v1/user_intent')
    const answer = await harness.simulator.fetch(request)
    if (isCreation && creations(harness) === wanted) {
      arrived()
      await gate
    }
    return answer
  }
  const harness = createHarness({ proxy: { fetch } })
  return { harness, sent, letGo }
}

it('is stored before Astra is called, and its id travels in the metadata', async () => {
  const seen: unknown[] = []
  const storage = memoryStorage()
  const harness = createHarness({
    proxy: {
      storage,
      metadata: () => ({ customer_uuid: '0b1b9a5e' }),
      fetch: async (request) => {
        const [attempt] = await storage.find('attempt', 'customer', 'customer-1')
        if (request.method === 'POST') seen.push(attempt?.id, await request.clone().json())
        return harness.simulator.fetch(request)
      },
    },
  })
  await harness.browser().submit()
  const [id, body] = seen
  expect(id).toMatch(/^[\da-z]{8}-[\da-f-]{36}$/)
  expect(body).toMatchObject({ metadata: { customer_uuid: '0b1b9a5e', astra_onboarding_attempt: id } })
})

it('keeps Astra from being called when it cannot be stored', async () => {
  const broken: AstraStorage = {
    ...memoryStorage(),
    commit: async () => {
      throw new Error('disk full')
    },
  }
  const harness = createHarness({ proxy: { storage: broken } })
  expect((await harness.browser().submit()).status).toBe(503)
  expect(creations(harness)).toBe(0)
})

it('holds nothing that was typed in', async () => {
  const storage = recordingStorage()
  // A random id may contain the two letters of a state.
  const random = (bytes: Uint8Array) => void bytes.fill(7)
  await createHarness({ proxy: { storage, random } }).browser().submit()
  const text = JSON.stringify(storage.writes).toLowerCase()
  // Two letters turn up in every hash; as a whole value they do not.
  const spelled = (value: string) => (value.length > 2 ? value : `"${value}"`).toLowerCase()
  for (const value of Object.values(ROSA)) expect(text).not.toContain(spelled(value))
  expect(text).not.toContain('4155550142')
})

describe('the budget of three per e-mail address', () => {
  it('holds when ten customers ask at the same moment', async () => {
    const harness = createHarness()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => {
        const email = index % 2 ? ROSA.email : ROSA.email.toUpperCase()
        return harness.browser(`customer-${index}`).submit({ ...ROSA, email })
      }),
    )
    const refused = answers.filter(({ status }) => status === 409)
    expect([creations(harness), refused.length]).toEqual([3, 7])
    for (const { body } of refused) expect(body.error).toMatchObject(LIMIT_REACHED)
  })

  it('holds over processes', async () => {
    const harness = createHarness()
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => harness.instance().browser(`customer-${index}`).submit()),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    expect(creations(harness)).toBe(3)
  })

  it('holds while keys are changed, between instances that begin with different ones', async () => {
    const keys = (...names: string[]) => ({ env: { ASTRA_ENCRYPTION_KEYS: names.join() } })
    const first = createHarness({ ...keys(OLD_KEY, NEW_KEY), simulator: { intentsPerEmail: 100 } })
    for (const id of ['a', 'b']) await first.browser(id).submit()
    let isBefore = true
    const storage: AstraStorage = {
      ...first.storage,
      commit: async (changes) => {
        const isAttempt = isBefore && changes.some(({ kind }) => kind === 'attempt')
        if (isAttempt) {
          isBefore = false
          expect((await first.browser('c').submit()).status).toBe(201)
        }
        return first.storage.commit(changes)
      },
    }
    const second = first.instance({ ...keys(NEW_KEY, OLD_KEY), proxy: { storage } })
    expect((await second.browser('d').submit()).body.error).toMatchObject(LIMIT_REACHED)
  })

  it('gives nobody else’s attempts away', async () => {
    const harness = createHarness()
    for (const id of ['a', 'b', 'c']) await harness.browser(id).submit()
    expect((await harness.browser('d').submit()).body.error).toMatchObject(LIMIT_REACHED)
    const mia = { ...ROSA, firstName: 'Mia', email: 'mia@example.com' }
    expect((await harness.browser('d').submit(mia)).status).toBe(201)
  })

  it.each([{ network: 'refused' as const }, { status: 401 }, { status: 429 }])(
    'gets an attempt back that Astra never took: %j',
    async (fault) => {
      const harness = createHarness()
      harness.simulator.failNext(CREATE, fault, 3)
      for (const id of ['a', 'b', 'c']) await harness.browser(id).submit()
      expect(await attemptsOf(harness, 'a')).toEqual([])
      expect((await harness.browser('d').submit()).status).toBe(201)
    },
  )

  it.each([
    { status: 400 },
    { status: 403 },
    { status: 500 },
    { network: 'before' as const },
    { network: 'after' as const },
    { truncated: true as const },
  ])('does not get an attempt back that Astra may have counted: %j', async (fault) => {
    const harness = createHarness()
    harness.simulator.failNext(CREATE, fault, 3)
    for (const id of ['a', 'b', 'c']) await harness.browser(id).submit()
    const { status, body } = await harness.browser('d').submit()
    expect([status, body.error]).toMatchObject([409, LIMIT_REACHED])
    expect(creations(harness)).toBe(3)
  })

  it('goes on counting after the key was rotated, and after the old key is gone', async () => {
    const harness = createHarness({ env: { ASTRA_ENCRYPTION_KEYS: OLD_KEY } })
    await harness.browser('a').submit()
    await harness.browser('b').submit()
    const both = harness.instance({ env: { ASTRA_ENCRYPTION_KEYS: `${NEW_KEY},${OLD_KEY}` } })
    expect((await both.browser('c').submit()).status).toBe(201)
    expect((await both.browser('d').submit()).body.error).toMatchObject(LIMIT_REACHED)
    const after = harness.instance({ env: { ASTRA_ENCRYPTION_KEYS: NEW_KEY } })
    expect((await after.browser('d').submit()).body.error).toMatchObject(LIMIT_REACHED)
  })
})

describe('an attempt without an intent', () => {
  const PLENTY = { intentsPerEmail: 100 }

  it.each([{ status: 503 }, { status: 400 }, { network: 'after' as const }])(
    'counts for a day and not a moment longer: %j',
    async (fault) => {
      const harness = createHarness({ simulator: PLENTY })
      harness.simulator.failNext(CREATE, fault, 3)
      for (const id of ['a', 'b', 'c']) await harness.browser(id).submit()
      harness.advance(DAY - 1)
      expect((await harness.browser('d').submit()).body.error).toMatchObject(LIMIT_REACHED)
      harness.advance(1)
      expect((await harness.browser('d').submit()).status).toBe(201)
    },
  )

  it('locks nobody out who met an outage three times: neither their e-mail address nor their name', async () => {
    const harness = createHarness()
    const browser = harness.browser({ id: 'customer-1', email: ROSA.email })
    const { email: _, ...profile } = ROSA
    harness.simulator.failNext(CREATE, { status: 503 }, 3)
    for (let press = 0; press < 3; press++) {
      expect((await browser.submit(profile)).body.error?.code).toBe('intent_outcome_unknown')
      harness.advance(60_000)
    }
    expect((await browser.submit(profile)).body.error).toMatchObject(LIMIT_REACHED)
    harness.advance(DAY)
    expect((await browser.submit(profile)).status).toBe(201)
    expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow' })
  })

  it('lapses also when its process was killed and nobody has maintained anything since', async () => {
    const dead = { fetch: () => new Promise<never>(() => {}) }
    const harness = createHarness()
    for (const id of ['a', 'b', 'c']) void harness.instance({ proxy: dead }).browser(id).submit()
    await expect.poll(async () => (await harness.storage.find('customer', 'due', 'yes')).length).toBe(3)
    harness.advance(DAY)
    expect((await harness.browser('d').submit()).status).toBe(201)
  })

  it('makes room for as many as have lapsed, and for no more', async () => {
    const harness = createHarness({ simulator: PLENTY })
    await harness.browser('a').submit()
    harness.simulator.failNext(CREATE, { status: 503 })
    await harness.browser('b').submit()
    harness.advance(DAY)
    await harness.browser('c').submit()
    expect((await harness.browser('d').submit()).status).toBe(201)
    expect((await harness.browser('e').submit()).body.error).toMatchObject(LIMIT_REACHED)
    harness.advance(29 * DAY)
    expect((await harness.browser('e').submit()).body.error).toMatchObject(LIMIT_REACHED)
  })

  it('counts for ever once a webhook has brought its intent', async () => {
    const harness = createHarness({ simulator: PLENTY })
    harness.simulator.failNext(CREATE, { network: 'after' }, 3)
    for (const id of ['a', 'b', 'c']) await harness.browser(id).submit()
    await harness.simulator.webhooks.deliver()
    harness.advance(31 * DAY)
    expect((await harness.browser('d').submit()).body.error).toMatchObject(LIMIT_REACHED)
  })

  it('is given back when its customer is forgotten, and nothing of it is kept; one with an intent counts on', async () => {
    const storage = recordingStorage()
    const harness = createHarness({ simulator: PLENTY, proxy: { storage } })
    harness.simulator.failNext(CREATE, { status: 503 }, 2)
    for (const id of ['a', 'b', 'c']) {
      await harness.browser(id).submit()
      await harness.proxy.forget(id)
    }
    expect((await storage.dump()).filter(({ kind }) => kind === 'attempt')).toEqual([])
    for (const id of ['d', 'e']) expect((await harness.browser(id).submit()).status).toBe(201)
    expect((await harness.browser('f').submit()).body.error).toMatchObject(LIMIT_REACHED)
  })

  it('is given back all at once: of several tries in an outage none is left', async () => {
    const harness = createHarness({ simulator: PLENTY })
    harness.simulator.failNext(CREATE, { status: 503 }, 3)
    for (let press = 0; press < 3; press++) await harness.browser('a').submit()
    expect((await harness.browser('a').submit()).body.error).toMatchObject(LIMIT_REACHED)
    await harness.proxy.forget('a')
    expect((await harness.browser('a').submit()).status).toBe(201)
  })

  it('is given back although the process that made it was killed before it could say how it ended', async () => {
    const harness = createHarness({ simulator: PLENTY })
    const killed = { fetch: () => new Promise<never>(() => {}) }
    for (let number = 1; number <= 3; number++) {
      void harness.instance({ proxy: killed }).browser('a').submit()
      await expect.poll(async () => (await attemptsOf(harness, 'a')).length).toBe(number)
      harness.advance(60_001)
    }
    await harness.proxy.forget('a')
    expect((await harness.browser('a').submit()).status).toBe(201)
  })

  it('is given back when its customer is forgotten, also where a change of keys has carried it along', async () => {
    const keys = (...names: string[]) => ({ env: { ASTRA_ENCRYPTION_KEYS: names.join() } })
    const before = createHarness({ ...keys(OLD_KEY), simulator: PLENTY })
    before.simulator.failNext(CREATE, { status: 503 }, 2)
    for (let press = 0; press < 2; press++) await before.browser('a').submit()
    const after = before.instance(keys(NEW_KEY, OLD_KEY))
    expect((await after.browser('b').submit()).status).toBe(201)
    await before.instance(keys(NEW_KEY)).proxy.forget('a')
    expect((await after.browser('c').submit()).status).toBe(201)
  })

  it('is closed when the next one is sent, if maintenance was not there before', async () => {
    const harness = createHarness({ simulator: PLENTY })
    const states = async () => (await attemptsOf(harness)).map(({ state }) => state)
    void harness
      .instance({ proxy: { fetch: () => new Promise<never>(() => {}) } })
      .browser()
      .submit()
    await expect.poll(states).toEqual(['sent'])
    harness.advance(60_001)
    expect((await harness.browser().submit()).status).toBe(201)
    expect(await states()).toEqual(['unknown', 'created'])
  })

  it('leaves a correction to the person who succeeds after it has lapsed', async () => {
    const harness = createHarness()
    harness.simulator.failNext(CREATE, { status: 400, body: { code: 400 } }, 2)
    for (let press = 0; press < 2; press++) await harness.browser().submit()
    harness.advance(20 * DAY)
    expect((await harness.browser().submit()).body).toMatchObject({ mayCorrect: true })
  })

  it('is nobody’s any more for a webhook that comes after its customer was forgotten', async () => {
    const harness = createHarness()
    harness.simulator.failNext(CREATE, { network: 'after' })
    await harness.browser().submit()
    await harness.proxy.forget('customer-1')
    await harness.simulator.webhooks.deliver()
    expect(harness.audits.filter(({ event }) => event === 'intent.adopt')).toEqual([])
    expect(await harness.storage.get('customer', 'customer-1')).toBeNull()
  })

  it('lapses by the clock that all instances share', async () => {
    const noon = Date.parse('2026-11-23T18:00:00Z')
    const storage: AstraStorage = { ...memoryStorage(), now: async () => noon }
    const harness = createHarness({ proxy: { storage } })
    harness.simulator.failNext(CREATE, { status: 503 }, 3)
    for (const id of ['a', 'b', 'c']) await harness.browser(id).submit()
    const ahead = harness.instance({ proxy: { now: () => noon + DAY } })
    expect((await ahead.browser('d').submit()).body.error).toMatchObject(LIMIT_REACHED)
  })
})

describe('a correction', () => {
  it('puts a new intent in the place of the old one, which stays known as superseded', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit({ ...ROSA, lastName: 'Lindquist' })
    harness.advance(6_000)
    expect((await browser.correct()).status).toBe(201)
    expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
    const [old, current] = harness.simulator.intents()
    expect((await attemptsOf(harness)).map(({ state, intentId }) => [state, intentId])).toEqual([
      ['superseded', old?.id],
      ['created', current?.id],
    ])
    const url = await browser.start((await browser.openFlow()).startPath)
    expect(url.searchParams.get('user_intent_id')).toBe(current?.id)
    await harness.simulator.webhooks.deliver((due) => due.toReversed())
    expect((await harness.proxy.status('customer-1')).userIntentId).toBe(current?.id)
  })

  it('is refused when the person has signed in with the old intent, though nobody has noticed yet', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    await browser.walk(await browser.start((await browser.openFlow()).startPath), ['phone', 'code'])
    harness.advance(6_000)
    const { status, body } = await browser.correct()
    expect([status, body.error?.code]).toEqual([409, 'intent_exists'])
    expect(creations(harness)).toBe(1)
  })

  it('is refused then also where webhooks arrive and Astra was asked a moment ago', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    await post(harness, delivery('somebody-else'))
    harness.advance(6_000)
    await browser.walk(await browser.start((await browser.openFlow()).startPath), ['phone', 'code'])
    const { status, body } = await browser.correct()
    expect([status, body.error?.code]).toEqual([409, 'intent_exists'])
    expect(creations(harness)).toBe(1)
  })

  it('is not sent again while a webhook may still tell what became of it', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    await post(harness, delivery('somebody-else'))
    harness.simulator.failNext('POST /v1/user_intent', { network: 'after' })
    expect((await browser.correct()).body.error?.code).toBe('intent_outcome_unknown')
    expect((await browser.correct()).body.error?.code).toBe('intent_exists')
    expect(creations(harness)).toBe(2)
    harness.advance(16 * 60_000)
    expect((await browser.correct()).status).toBe(201)
  })

  it('is refused while another one is under way, in this process or another', async () => {
    const { harness, sent, letGo } = createWithLateAnswer(2)
    await harness.browser().submit()
    const first = harness.browser().correct()
    await sent
    const second = await harness.browser().correct()
    const third = await harness.instance().browser().correct()
    expect([second.body.error?.code, third.body.error?.code]).toEqual(['intent_exists', 'intent_exists'])
    letGo()
    expect((await first).status).toBe(201)
    expect(creations(harness)).toBe(2)
  })

  it('is superseded itself when the old intent was authorized in another tab meanwhile', async () => {
    const { harness, sent, letGo } = createWithLateAnswer(2)
    const browser = harness.browser()
    await browser.submit()
    const correcting = browser.correct({ ...ROSA, lastName: 'Lindquist' })
    await sent
    expect((await browser.trip()).body.flow.outcome).toEqual({ state: 'authorized' })
    letGo()
    expect((await correcting).body.step).toEqual({ name: 'complete' })
    const [old, late] = harness.simulator.intents()
    expect((await harness.proxy.status('customer-1')).userIntentId).toBe(old?.id)
    const found = (await attemptsOf(harness)).find(({ intentId }) => intentId === late?.id)
    expect(found?.state).toBe('superseded')
  })

  it('leaves the old intent in force when Astra refuses the new one', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    await browser.submit()
    harness.simulator.failNext(CREATE, { status: 400 })
    expect((await browser.correct()).status).toBe(422)
    expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
  })

  it('is offered, with the policy for the form, while attempts are left and nobody has signed in', async () => {
    const harness = createHarness()
    const browser = harness.browser()
    expect(await browser.status()).toMatchObject({ mayCorrect: false })
    const offered = { mayCorrect: true, policy: { kycType: 'verified', locked: [] } }
    expect((await browser.submit()).body).toMatchObject(offered)
    expect((await browser.correct()).body).toMatchObject(offered)
    const last = (await browser.correct()).body
    expect([last.mayCorrect, last.policy]).toEqual([false, undefined])
    expect((await browser.correct()).body.error).toMatchObject(LIMIT_REACHED)
  })

  it('is refused for the eleventh creation of a day, at whatever instance, and then nothing is written or sent', async () => {
    const harness = createHarness()
    const somebody = (number: number) => ({
      ...ROSA,
      firstName: `${'abcdefghijkl'[number]}osa`,
      email: `rosa.${number}@example.com`,
    })
    await harness.browser().submit(somebody(0))
    for (let number = 1; number < 10; number++)
      expect((await harness.instance().browser().correct(somebody(number))).status).toBe(201)
    const before = await attemptsOf(harness)
    const { status, body } = await harness.browser().correct(somebody(10))
    expect([status, body.error?.code]).toEqual([429, 'too_many_requests'])
    expect(await attemptsOf(harness)).toEqual(before)
    expect(creations(harness)).toBe(10)
    harness.advance(24 * 60 * 60_000)
    expect((await harness.browser().correct(somebody(11))).status).toBe(201)
  })

  it('is no longer offered once the person has authorized', async () => {
    const browser = createHarness().browser()
    await browser.onboard()
    const { mayCorrect, policy } = await browser.status()
    expect([mayCorrect, policy]).toEqual([false, undefined])
    expect((await browser.correct()).body.error?.code).toBe('intent_exists')
  })
})
