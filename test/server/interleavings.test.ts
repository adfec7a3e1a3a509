import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Attempt } from '../../src/server/attempt.ts'
import type { AstraProxy, AstraStorage, Change, Identity } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { AUTHORIZE, createBrowser, createHarness, ORIGIN, ROSA } from '../support/harness.ts'
import type { Harness, TestBrowser } from '../support/harness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const CREATE = 'POST /v1/user_intent'
const TOKEN = 'POST /v1/oauth/token'
/** More of them to look for what hides: `ASTRA_RUNS=2000`. */
const RUNS = Number(process.env['ASTRA_RUNS'] ?? 100)

const PEOPLE = [
  { id: 'customer-rosa', profile: ROSA },
  {
    id: 'customer-mia',
    profile: { ...ROSA, firstName: 'Mia', email: 'mia@example.com', phone: '(415) 555-0177' },
  },
]

type Who = 0 | 1

/** What people, Astra, the clock and the operator may do. A group of these runs at the same time. */
type Deed =
  | { do: 'submit' | 'correct' | 'poll' | 'leave' | 'return' | 'use the token'; who: Who }
  | { do: 'lose the answer'; route: typeof CREATE | typeof TOKEN | 'GET /v1/user'; after: boolean }
  | { do: 'deliver webhooks'; order: 'as sent' | 'backwards' | 'twice' | 'the last' }
  | { do: 'jump'; ms: number }
  | { do: 'wait'; ms: number }
  | { do: 'kill the access token'; who: Who }
  | { do: 'maintain' | 'restart' }
  | { do: 'decide'; who: Who; status: 'pending' | 'retry' | 'document' | 'approved' | 'rejected' }

const who = fc.constantFrom<Who>(0, 1)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('submit', 'correct', 'poll', 'leave', 'return', 'use the token'),
      who,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lose the answer'),
      route: fc.constantFrom(CREATE, TOKEN, 'GET /v1/user'),
      after: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('deliver webhooks'),
      order: fc.constantFrom('as sent', 'backwards', 'twice', 'the last'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('jump'), ms: fc.constantFrom(-DAY, -HOUR, DAY) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      ms: fc.constantFrom(6000, 61_000, 16 * MINUTE, 3 * HOUR),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill the access token'), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('maintain', 'restart') }) },
)
const plan = fc.array(fc.array(deed, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 })

/** The process has ended under a request: nobody answers it. */
class Ended extends Error {}

/** One process: whatever it waits for, it continues when the scheduler says so, and never when it is dead. */
interface Instance {
  proxy: AstraProxy
  end(): void
  ended: Promise<never>
}

class World {
  readonly base: Harness
  readonly browsers: TestBrowser[]
  readonly storage = memoryStorage()
  /** Submissions that were answered with 201. */
  readonly acknowledged: string[] = []
  readonly answers: string[] = []
  readonly returns: (string | null)[] = [null, null]
  scheduler: fc.Scheduler | null
  clock = Date.parse('2026-11-23T18:00:00Z')
  /** By how much the proxies' clock is wrong. */
  skew = 0
  live: Instance
  submissions = 0
  /** Attempts that were read without an intent, and those of them that an e-mail address has been given back. */
  readonly seenWithout = new Set<string>()
  readonly lapsed = new Set<string>()
  readonly budgets = new Map<string, string[]>()
  /** The earliest and the latest instant that a proxy has seen. */
  readonly span = { from: Infinity, to: -Infinity }

  constructor(scheduler: fc.Scheduler | null) {
    this.scheduler = scheduler
    this.base = createHarness({
      simulator: {
        now: () => this.clock,
        // Our own count has to hold, not Astra's.
        intentsPerEmail: 100,
        webhooks: { url: `${ORIGIN}/api/astra/webhook`, fetch: (request) => this.fetch(request) },
      },
    })
    this.live = this.start()
    const proxy = { ...this.base.proxy, fetch: this.fetch.bind(this) }
    this.browsers = PEOPLE.map(({ id }) => createBrowser(proxy, this.base.simulator, { id }))
  }

  start(): Instance {
    let isOver = false
    let end = () => {}
    const ended = new Promise<never>((_, reject) => {
      end = () => {
        isOver = true
        reject(new Ended())
      }
    })
    ended.catch(() => {})
    const never = new Promise<never>(() => {})
    const turn = async <T>(label: string, work: () => Promise<T>): Promise<T> => {
      await this.scheduler?.schedule(Promise.resolve(), label)
      if (isOver) return never
      const result = await work()
      await this.scheduler?.schedule(Promise.resolve(), `${label} is done`)
      return isOver ? never : result
    }
    const { storage } = this
    const watched: AstraStorage = {
      get: (kind, id) =>
        turn(`get ${kind}`, async () => {
          const record = await storage.get(kind, id)
          if (kind === 'attempt' && (record?.data as Attempt | undefined)?.intentId === null)
            this.seenWithout.add(id)
          return record
        }),
      find: (kind, ...rest) => turn(`find ${kind}`, () => storage.find(kind, ...rest)),
      increment: (key, window) => turn('increment', () => storage.increment(key, window)),
      commit: (changes) =>
        turn(`commit ${changes.map(({ kind }) => kind).join()}`, async () => {
          const isWritten = await storage.commit(changes)
          if (isWritten) this.noteLapsed(changes)
          return isWritten
        }),
    }
    const { proxy } = this.base.instance({
      proxy: {
        storage: watched,
        fetch: (request) => turn('fetch', () => this.base.simulator.fetch(request)),
        now: () => this.tell(this.clock + this.skew),
        wait: () => turn('wait', async () => {}),
        metadata: (identity) => ({ submission: (identity as Identity & { submission: string }).submission }),
      },
    })
    return { proxy, end, ended }
  }

  tell(now: number): number {
    this.span.from = Math.min(this.span.from, now)
    this.span.to = Math.max(this.span.to, now)
    return now
  }

  noteLapsed(changes: readonly Change[]): void {
    const refunded = changes.filter(({ kind, data }) => kind === 'attempt' && data === null)
    const isRefunded = new Set(refunded.map(({ id }) => id))
    for (const { kind, id, data } of changes) {
      if (kind !== 'budget' || !id.startsWith('email/')) continue
      const attempts = (data as { attempts: string[] } | null)?.attempts ?? []
      for (const gone of this.budgets.get(id) ?? [])
        if (!attempts.includes(gone) && !isRefunded.has(gone)) this.lapsed.add(gone)
      this.budgets.set(id, attempts)
    }
  }

  /** What browsers and webhooks talk to: the process that lives. */
  async fetch(...request: Parameters<AstraProxy['fetch']>): Promise<Response> {
    const { proxy, ended } = this.live
    const response = await Promise.race([proxy.fetch(...request), ended])
    const headers = [...response.headers].filter(([name]) => name !== 'location')
    this.answers.push(`${response.status} ${JSON.stringify(headers)} ${await response.clone().text()}`)
    return response
  }

  async submit(person: Who, replace: boolean) {
    const { id, profile } = PEOPLE[person] ?? { id: '', profile: ROSA }
    const submission = String(++this.submissions)
    const response = await this.browsers[person]?.request('POST', '/user-intents', {
      body: { profile, replace },
      headers: { 'x-test-customer': JSON.stringify({ id, submission }) },
    })
    if (response?.status === 201) this.acknowledged.push(submission)
    return response
  }

  /** To Astra, up to the return. */
  async leave(person: Who): Promise<void> {
    const browser = this.browsers[person]
    const { startPath } = (await browser?.openFlow()) ?? { startPath: '' }
    const returned = await browser?.walk(await browser.start(startPath), AUTHORIZE)
    this.returns[person] = returned?.search ?? null
  }

  async act(deed: Deed): Promise<unknown> {
    const { simulator } = this.base
    switch (deed.do) {
      case 'submit':
      case 'correct':
        return this.submit(deed.who, deed.do === 'correct')
      case 'poll':
        return this.browsers[deed.who]?.request('GET', '/status')
      case 'leave':
        return this.leave(deed.who)
      case 'return':
        return this.browsers[deed.who]?.complete(this.returns[deed.who] ?? '')
      case 'use the token':
        return Promise.race([this.live.proxy.getAccessToken(PEOPLE[deed.who]?.id ?? ''), this.live.ended])
      case 'lose the answer':
        return simulator.failNext(deed.route, { network: deed.after ? 'after' : 'before' })
      case 'deliver webhooks':
        return simulator.webhooks.deliver((due) => arranged(due, deed.order))
      case 'jump':
        return (this.skew += deed.ms)
      case 'wait':
        return (this.clock += deed.ms)
      case 'kill the access token': {
        const user = simulator.users().find(({ email }) => email === PEOPLE[deed.who]?.profile.email)
        return user && simulator.expire(user.id, 'access-token')
      }
      case 'decide': {
        const user = simulator.users().find(({ email }) => email === PEOPLE[deed.who]?.profile.email)
        return user && simulator.setUserStatus(user.id, deed.status)
      }
      case 'maintain':
        return Promise.race([this.live.proxy.maintain(), this.live.ended])
      case 'restart':
        this.live.end()
        this.live = this.start()
    }
  }

  /** All at the same time, in an order that the scheduler chooses. Every one of them comes to an end. */
  async actTogether(deeds: readonly Deed[]): Promise<void> {
    const acts = Promise.all(
      deeds.map(async (deed) => {
        try {
          await this.act(deed)
        } catch (error) {
          // Refused, or not possible where the person is; or the process has ended under them.
          if (error instanceof TypeError) throw error
        }
      }),
    )
    await (this.scheduler?.waitFor(acts) ?? acts)
  }

  /** What holds at any time. */
  async check(): Promise<void> {
    const { simulator } = this.base
    const intents = simulator.intents()
    const submissions = intents.map(({ metadata }) => metadata['submission'])
    expect(new Set(submissions).size, 'one creation per submission').toBe(submissions.length)
    for (const { profile } of PEOPLE) {
      const own = intents.filter(
        ({ email, metadata }) =>
          email === profile.email && !this.lapsed.has(metadata['astra_onboarding_attempt'] ?? ''),
      )
      expect(own.length, 'three per e-mail address').toBeLessThanOrEqual(3)
    }
    for (const id of this.lapsed) expect(this.seenWithout, 'only what has no intent lapses').toContain(id)
    if (this.lapsed.size > 0) expect(this.span.to - this.span.from, 'after a day').toBeGreaterThanOrEqual(DAY)
    for (const submission of this.acknowledged) expect(submissions).toContain(submission)
    for (const { id, metadata } of intents) {
      const attempt = (await this.storage.get('attempt', metadata['astra_onboarding_attempt'] ?? ''))?.data
      expect(attempt, 'every intent at Astra has its attempt').toMatchObject({
        intentId: expect.toBeOneOf([id, null]),
      })
    }
    const users = simulator.users()
    const secrets = [
      'simulator-secret',
      ...intents.map(({ id }) => id),
      ...users.flatMap(({ id, access, refresh }) => [
        id,
        access?.token ?? id,
        ...refresh.map(({ token }) => token),
      ]),
    ]
    for (const answer of this.answers.splice(0)) {
      expect(answer).not.toMatch(/^500/)
      for (const secret of secrets) expect(answer).not.toContain(secret)
    }
  }

  /** The clock is right again, Astra well, every webhook delivered, and time has passed. */
  async settle(arrange: Arrange): Promise<void> {
    this.scheduler = null
    this.skew = 0
    const { simulator } = this.base
    simulator.clearFaults()
    this.live.end()
    this.live = this.start()
    this.clock += 20 * MINUTE
    await this.live.proxy.maintain()
    for (let round = 0; round < 12 && simulator.webhooks.pending().length > 0; round++) {
      await simulator.webhooks.deliver((due) => arranged(due, arrange))
      this.clock += 3 * HOUR
    }
    expect(simulator.webhooks.pending()).toEqual([])
    await this.live.proxy.maintain()
  }

  /** Nobody is stuck: everybody gets to a token that works, or is told that three creations are all there are. */
  async finish(person: Who): Promise<void> {
    const browser = this.browsers[person]
    const { id, profile } = PEOPLE[person] ?? { id: '', profile: ROSA }
    let step = (await browser?.status())?.step
    if (step?.name === 'collect-profile') {
      const answer = await this.submit(person, false)
      if (answer?.status !== 201) {
        expect([409, 429]).toContain(answer?.status)
        const attempts = await this.storage.find('attempt', 'customer', id)
        const spent = attempts.filter((attempt) => !this.lapsed.has(attempt.id))
        expect(spent.length, 'three creations are spent').toBe(3)
        return
      }
      step = (await browser?.status())?.step
    }
    if (step?.name === 'hosted-flow') {
      await this.leave(person)
      await browser?.complete(this.returns[person] ?? '')
      step = (await browser?.status())?.step
    }
    expect(step?.name, JSON.stringify((await this.storage.get('customer', id))?.data)).toBe('complete')
    const token = await this.live.proxy.getAccessToken(id)
    const user = this.base.simulator.users().find(({ email }) => email === profile.email)
    expect(token).toBe(user?.access?.token)
  }
}

/** Where everything has got to, without the ids, which are other ones in every world. */
async function summary({ storage, base }: World) {
  const submissionOf = (intentId: string | null | undefined) =>
    base.simulator.intents().find(({ id }) => id === intentId)?.metadata['submission']
  return Promise.all(
    PEOPLE.map(async ({ id }) => {
      const customer = ((await storage.get('customer', id))?.data ?? {}) as Record<
        string,
        { id: string; status: string } | null
      >
      const attempts = (await storage.find('attempt', 'customer', id)).map(
        ({ data }) => data as { state: string; intentId: string | null },
      )
      const ends = attempts.map(({ state, intentId }) => [state, submissionOf(intentId)])
      return {
        intent: [submissionOf(customer['intent']?.id), customer['intent']?.status],
        user: customer['user']?.status,
        // Their ids are random, and so is the order that they are found in.
        attempts: ends.sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other))),
      }
    }),
  )
}

type Arrange = Extract<Deed, { do: 'deliver webhooks' }>['order']

function arranged<T>(due: readonly T[], order: Arrange): readonly T[] {
  if (order === 'backwards') return due.toReversed()
  if (order === 'twice') return due.flatMap((one) => [one, one])
  return order === 'the last' ? due.slice(-1) : due
}

const RUN = { numRuns: RUNS, ...(process.env['ASTRA_SEED'] && { seed: Number(process.env['ASTRA_SEED']) }) }

it('holds, whatever happens in whichever order, and brings everybody to the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), plan, async (scheduler, groups) => {
      const world = new World(scheduler)
      for (const deeds of groups) {
        await world.actTogether(deeds)
        await world.check()
      }
      await world.settle('as sent')
      await world.finish(0)
      await world.finish(1)
      await world.check()
    }),
    RUN,
  )
}, 600_000)

it('ends in the same state, however late, often and in whichever order webhooks arrive', async () => {
  const decision = fc.record({
    do: fc.constant('decide'),
    who,
    status: fc.constantFrom('pending', 'retry', 'document', 'approved', 'rejected'),
  })
  const isSilent = (one: Deed) => one.do !== 'deliver webhooks' && one.do !== 'jump'
  const deeds = fc.array(
    fc.oneof({ weight: 3, arbitrary: deed.filter(isSilent) }, { weight: 1, arbitrary: decision }),
    {
      maxLength: 16,
    },
  )
  const orders = fc.constantFrom<Arrange>('backwards', 'twice', 'the last')
  await fc.assert(
    fc.asyncProperty(deeds, orders, async (sequence, order) => {
      const worlds = [new World(null), new World(null)]
      for (const world of worlds) for (const one of sequence) await world.actTogether([one])
      const [first, second] = worlds
      if (!first || !second) return
      await first.settle('as sent')
      await second.settle(order)
      for (const world of worlds) for (const browser of world.browsers) await browser.status()
      expect(await summary(second)).toEqual(await summary(first))
    }),
    RUN,
  )
}, 600_000)
