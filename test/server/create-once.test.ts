import { expect, it } from 'vitest'
import type { Attempt } from '../../src/server/attempt.ts'
import type { AstraProxyOptions, AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ROSA } from '../support/harness.ts'

const CREATE = 'POST /v1/user_intent'

function setUp(proxy: Partial<AstraProxyOptions> = {}) {
  const harness = createHarness({ proxy })
  const browser = () => harness.browser()
  const creations = () => harness.simulator.requests.filter(({ route }) => route === CREATE).length
  return { browser, creations, harness, simulator: harness.simulator, logs: harness.logs }
}

/** An Astra that answers when the test says so. */
function hangingAstra() {
  let answer = (_: Response) => {}
  let arrived = () => {}
  const sent = new Promise<void>((resolve) => (arrived = resolve))
  const answered = new Promise<Response>((resolve) => (answer = resolve))
  const fetch = () => (arrived(), answered)
  return { fetch, sent, answer }
}

it('refuses a second one', async () => {
  const { browser, creations } = setUp()
  await browser().submit()
  const { status, body } = await browser().submit({ ...ROSA, email: 'mia@example.com' })
  expect([status, body.error?.code]).toEqual([409, 'intent_exists'])
  expect(creations()).toBe(1)
})

it('creates once when twenty ask at the same time', async () => {
  const { browser, creations } = setUp()
  const answers = await Promise.all(Array.from({ length: 20 }, () => browser().submit()))
  const withStatus = (wanted: number) => answers.filter(({ status }) => status === wanted)
  expect([withStatus(201).length, withStatus(409).length]).toEqual([1, 19])
  expect(creations()).toBe(1)
})

it('lets another tab wait while a creation is under way', async () => {
  const { fetch, sent, answer } = hangingAstra()
  const { browser } = setUp({ fetch })
  const first = browser().submit()
  await sent
  expect((await browser().status()).step).toEqual({ name: 'wait', mayAuthorize: false })
  answer(new Response(null, { status: 429 }))
  expect((await first).status).toBe(503)
  expect((await browser().status()).step).toEqual({ name: 'collect-profile' })
})

it.each([
  { network: 'after' as const },
  { network: 'before' as const },
  { status: 500 },
  { status: 201, body: 'not json' },
  { status: 201, body: { id: '' } },
])('never sends again by itself after $network $status, only when the person asks', async (fault) => {
  const { browser, simulator, creations } = setUp()
  simulator.failNext(CREATE, fault)
  const { status, body } = await browser().submit()
  expect(status).toBe(502)
  expect(body.error).toMatchObject({
    code: 'intent_outcome_unknown',
    message:
      '[astra] Astra did not answer the creation of the user intent. It may exist; nothing is sent again unless the person asks for it.',
  })
  const later = await browser().status()
  expect([later.step.name, later.creationUnknown]).toEqual(['collect-profile', true])
  expect(creations()).toBe(1)
  const second = await browser().submit()
  expect([second.status, second.body.creationUnknown]).toEqual([201, false])
  expect(creations()).toBe(2)
})

it('counts a creation that its process did not survive as unknown after a minute', async () => {
  const { fetch, sent } = hangingAstra()
  const { browser, harness } = setUp({ fetch })
  void browser().submit()
  await sent
  harness.advance(59_000)
  expect((await browser().submit()).body.error?.code).toBe('intent_exists')
  harness.advance(2_000)
  const { step, creationUnknown } = await browser().status()
  expect([step.name, creationUnknown]).toEqual(['collect-profile', true])
})

it('may send again what never left', async () => {
  let isDown = true
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const { browser, creations, harness } = setUp({
    fetch: async (request) => {
      if (isDown) throw new TypeError('fetch failed', { cause })
      return harness.simulator.fetch(request)
    },
  })
  const { status, body } = await browser().submit()
  expect([status, body.error?.code, body.error?.retryable]).toEqual([503, 'astra_unavailable', true])
  expect((await browser().status()).creationUnknown).toBe(false)
  isDown = false
  expect((await browser().submit()).status).toBe(201)
  expect(creations()).toBe(1)
})

it('counts nothing of the day for what Astra has never seen', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  harness.simulator.failNext(CREATE, { network: 'refused' }, 'until-cleared')
  for (let press = 0; press < 12; press++)
    expect((await browser.submit()).body.error?.code).toBe('astra_unavailable')
  harness.simulator.clearFaults()
  expect((await browser.submit()).status).toBe(201)
})

it.each([
  [{ status: 401 }, 502, 'astra_refused_client'],
  [{ status: 403, body: { description: 'screened by Astra' } }, 403, 'intent_refused'],
  [{ status: 400, body: { description: { ssn: ['4821 is wrong'] } } }, 422, 'intent_rejected_by_astra'],
  [{ status: 429 }, 503, 'astra_unavailable'],
])(
  "answers Astra's %j with %i %s, without its text, and leaves the form open",
  async (fault, status, code) => {
    const { browser, simulator, logs } = setUp()
    simulator.failNext(CREATE, fault)
    const refused = await browser().submit()
    expect([refused.status, refused.body.error?.code]).toEqual([status, code])
    expect(JSON.stringify([refused.body, logs])).not.toMatch(/screened|4821/)
    const { step, creationUnknown } = await browser().status()
    expect([step.name, creationUnknown]).toEqual(['collect-profile', false])
    expect((await browser().submit()).status).toBe(201)
  },
)

const NOT_ASTRA = [
  [403, '<html>Access denied</html>'],
  [403, { message: 'Forbidden' }],
  [404, ''],
  [408, '<html>'],
  [413, '<html>'],
] as const

it.each(NOT_ASTRA)('blames nobody for a %i that is not in the words of Astra: %j', async (status, answer) => {
  const { browser, simulator, logs } = setUp()
  simulator.failNext(CREATE, { status, body: answer })
  expect((await browser().submit()).body.error?.code).toBe('astra_unexpected')
  expect(logs.at(-1)).toEqual([
    expect.objectContaining({ code: 'astra_unexpected', route: 'POST /user-intents', astraStatus: status }),
    `refused: A user intent was answered with ${status}, and not in Astra's words: something on the way to Astra seems to refuse it, like a gateway or a list of addresses. Astra may have seen it, so it counts for a day.`,
  ])
  expect((await browser().submit()).status).toBe(201)
})

it.each(NOT_ASTRA)(
  'finds the intent that Astra has made behind a %i that is not in its words: %j',
  async (status, answer) => {
    const harness = createHarness({
      proxy: {
        fetch: async (request) => {
          const given = await harness.simulator.fetch(request)
          if (!request.url.endsWith('/v1/user_intent')) return given
          return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status })
        },
      },
    })
    await harness.browser().submit()
    await harness.simulator.webhooks.deliver()
    expect((await harness.browser().status()).step.name).not.toBe('collect-profile')
    await harness.browser().submit()
    expect(harness.simulator.intents()).toHaveLength(1)
  },
)

it('tells a person apart from one whom Astra has barred', async () => {
  const { harness } = setUp()
  await harness.browser().submit({ ...ROSA, firstName: 'Rejected' })
  const { status, body } = await harness.browser('customer-2').submit()
  expect([status, body.error?.code]).toEqual([403, 'intent_refused'])
  expect(body.error?.message).toBe(
    '[astra] Astra does not permit a person with this e-mail and phone on its platform.',
  )
})

it('answers 201 with the step wait, and leaves what Astra thinks of it to the next status', async () => {
  const { browser, simulator, creations } = setUp()
  const { status, body } = await browser().submit()
  expect([status, body.step]).toEqual([201, { name: 'wait', mayAuthorize: false }])
  expect(simulator.requests.map(({ route }) => route)).toEqual([CREATE])
  expect((await browser().status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
  expect(creations()).toBe(1)
})

it('sends nothing any more when its process stood still for a minute before the call', async () => {
  const shared = memoryStorage()
  let goOn = () => {}
  let stand = () => {}
  const isStanding = new Promise<void>((resolve) => (stand = resolve))
  let stops = 1
  const storage: AstraStorage = {
    ...shared,
    increment: async (...counted) => {
      if (counted[0].startsWith('address/') && stops-- > 0)
        await new Promise<void>((resolve) => {
          goOn = resolve
          stand()
        })
      return shared.increment(...counted)
    },
  }
  const { browser, creations, harness } = setUp({ storage })
  const standing = browser().submit()
  await isStanding
  harness.advance(61_000)
  await harness.proxy.maintain()
  expect((await browser().submit()).status).toBe(201)
  goOn()
  const { status, body } = await standing
  expect([status, body.error?.code]).toEqual([503, 'astra_unavailable'])
  const [, said] = harness.logs.at(-1) as [unknown, string]
  expect(said).toBe(
    'refused: This process or its storage stood still for longer than a creation may take to be sent. Nothing was sent to Astra.',
  )
  expect(creations()).toBe(1)
  const attempts = await shared.find('attempt', 'customer', 'customer-1')
  expect(attempts.map(({ data }) => (data as Attempt).state)).toEqual(['created'])
})

it('goes by the clock of the storage, not by that of an instance that is a minute ahead', async () => {
  const { fetch, sent } = hangingAstra()
  const now = Date.parse('2026-11-23T18:00:00Z')
  const storage: AstraStorage = { ...memoryStorage(), now: () => Promise.resolve(now) }
  const { browser, harness } = setUp({ fetch, storage })
  void browser().submit()
  await sent
  const ahead = harness.instance({ proxy: { now: () => now + 61_000, storage } })
  expect((await ahead.browser().submit()).body.error?.code).toBe('intent_exists')
  expect(await ahead.proxy.maintain()).toMatchObject({ attemptsClosed: 0 })
})
