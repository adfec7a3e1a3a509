import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Customer } from '../../src/server/customer.ts'
import type { AstraStorage, Change, CustomerChange } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { onboarded, walk } from '../support/cards.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import { delivery, post } from '../support/webhook.ts'

const MINUTE = 60_000
const LATE = '`onChange` has not come to an end; it is called again later'

/** How long somebody was ready to wait for the partner's function, in ms. The waiting itself is left out. */
let waits: number[] = []
beforeEach(() => {
  const { setTimeout } = globalThis
  waits = []
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms = 0) => {
    const isPatience = ms === 3_000 || ms === 250
    if (isPatience) waits.push(ms)
    return setTimeout(run, isPatience ? 0 : ms)
  })
})
afterEach(() => void vi.restoreAllMocks())

/** A partner whose function hangs until `answer` is called, or for ever. */
function hanging() {
  const calls: CustomerChange[] = []
  const answers: (() => void)[] = []
  const state = { hangs: true }
  const onChange = (change: CustomerChange) => {
    calls.push(change)
    return state.hangs ? new Promise<void>((resolve) => answers.push(resolve)) : undefined
  }
  const harness = createHarness({ proxy: { onChange } })
  return { harness, calls, answers, state }
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))

it('holds a status read up for three seconds at most, and the next ones not at all', async () => {
  const { harness, calls } = hanging()
  const browser = harness.browser()
  expect((await browser.submit()).status).toBe(201)
  expect(waits).toEqual([3_000])
  expect(harness.logs).toEqual([[{ code: 'internal', customer: 'customer-1', cause: 'TimeoutError' }, LATE]])
  expect((await browser.status()).step.name).toBe('hosted-flow')
  expect(waits).toEqual([3_000])
  expect(calls).toHaveLength(1)
})

it('holds maintenance up for seconds, not for every customer anew', async () => {
  const { harness, state } = hanging()
  state.hangs = false
  for (let index = 0; index < 20; index++) {
    const [email, dateOfBirth] = [`rosa-${index}@example.com`, `${1960 + index}-01-17`]
    await harness.browser(`customer-${index}`).submit({ ...ROSA, email, dateOfBirth })
  }
  for (const { id } of harness.simulator.intents()) harness.simulator.setIntentStatus(id, 'rejected')
  await harness.simulator.webhooks.deliver()
  harness.advance(2 * MINUTE)
  state.hangs = true
  waits = []
  expect(await harness.proxy.maintain()).toMatchObject({ customersRead: 20 })
  expect(waits).toEqual([3_000, ...Array.from({ length: 19 }, () => 250)])
})

it('is repeated a minute later, by maintenance too, when it never came back', async () => {
  const { harness, calls, state } = hanging()
  await harness.browser().submit()
  expect(calls).toHaveLength(1)
  harness.advance(MINUTE - 1)
  await harness.proxy.maintain()
  expect(calls).toHaveLength(1)
  state.hangs = false
  harness.advance(1)
  await harness.proxy.maintain()
  await harness.proxy.maintain()
  expect(calls.map(({ status }) => status)).toEqual(['pending', 'approved'])
})

it('is not repeated when it came back late', async () => {
  const { harness, calls, answers } = hanging()
  await harness.browser().submit({ ...ROSA, firstName: 'Slow' })
  answers[0]?.()
  await turn()
  harness.advance(MINUTE + 1)
  await harness.proxy.maintain()
  expect(calls).toHaveLength(1)
})

it('tells what has changed meanwhile as soon as the call before it has ended', async () => {
  const { harness, calls, answers, state } = hanging()
  const browser = harness.browser()
  await browser.submit()
  harness.simulator.setIntentStatus(harness.simulator.intents()[0]?.id ?? '', 'rejected')
  await browser.status()
  expect(calls).toHaveLength(1)
  state.hangs = false
  answers[0]?.()
  await turn()
  await harness.proxy.maintain()
  expect(calls.map(({ status }) => status)).toEqual(['pending', 'rejected'])
})

/** A storage and a process on it that can die: it says nothing more, and hears nothing. */
function mortal() {
  const shared = memoryStorage()
  let isDead = false
  const alive =
    <Words extends unknown[], T>(call: (...words: Words) => Promise<T>) =>
    (...words: Words) =>
      isDead ? new Promise<never>(() => {}) : call(...words)
  return {
    shared,
    die: () => void (isDead = true),
    /** Dies of the first commit that is like this one, once it is written. */
    storage: (isLast: (changes: readonly Change[]) => boolean): AstraStorage => ({
      get: alive((...words: Parameters<AstraStorage['get']>) => shared.get(...words)),
      find: alive((...words: Parameters<AstraStorage['find']>) => shared.find(...words)),
      increment: alive((...words: Parameters<AstraStorage['increment']>) => shared.increment(...words)),
      commit: alive(async (changes) => {
        const isWritten = await shared.commit(changes)
        if (isWritten && isLast(changes)) isDead = true
        return isDead ? new Promise<never>(() => {}) : isWritten
      }),
    }),
  }
}

it.each([
  ['while it told the partner', false],
  ['when it had read Astra and not told the partner yet', true],
])('is told by the next process when the one that read the end died %s', async (_, isBefore) => {
  const { shared, die, storage } = mortal()
  let isEnding = false
  const onChange = () => {
    if (!isEnding) return
    die()
    return new Promise<void>(() => {})
  }
  const isRejection = ({ kind, data }: Change) =>
    kind === 'customer' && (data as Customer).intent?.status === 'rejected'
  const harness = createHarness({
    proxy: { storage: storage((changes) => isBefore && changes.some(isRejection)), onChange },
  })
  await harness.browser().submit({ ...ROSA, firstName: 'Pending' })
  await harness.browser().status()
  harness.simulator.setIntentStatus(harness.simulator.intents()[0]?.id ?? '', 'rejected')
  await harness.simulator.webhooks.deliver()
  harness.advance(2 * MINUTE)
  isEnding = true
  void harness.proxy.maintain()
  while ((await shared.find('customer', 'due', 'yes')).length > 0) await turn()
  await turn()
  const told: CustomerChange[] = []
  const next = harness.instance({ proxy: { storage: shared, onChange: (change) => void told.push(change) } })
  harness.advance(2 * MINUTE)
  await next.proxy.maintain()
  await next.proxy.maintain()
  expect(told.map(({ status }) => status)).toEqual(['rejected'])
  expect(await shared.find('customer', 'untold', 'yes')).toEqual([])
})

/** A first call that hangs, and what the partner has heard to the end, in that order. */
function overlapping() {
  const begun: unknown[] = []
  const heard: unknown[] = []
  let answer = () => {}
  const onChange = async ({ status }: CustomerChange) => {
    begun.push(status)
    if (begun.length === 1) await new Promise<void>((resolve) => (answer = resolve))
    heard.push(status)
  }
  return { onChange, begun, heard, answer: () => answer() }
}

const settle = async () => {
  for (let turns = 0; turns < 50; turns++) await turn()
}

it('tells the present state once more when an earlier call comes back after a later one', async () => {
  const { onChange, heard, answer } = overlapping()
  const harness = createHarness()
  await harness.browser().onboard()
  const { proxy } = harness.instance({ proxy: { onChange } })
  await proxy.status('customer-1')
  harness.simulator.setUserStatus(harness.simulator.users()[0]?.id ?? '', 'suspended')
  harness.advance(2 * MINUTE)
  await proxy.maintain()
  answer()
  await settle()
  expect(heard).toEqual(['suspended', 'approved'])
  await proxy.maintain()
  expect(heard).toEqual(['suspended', 'approved', 'suspended'])
  await proxy.maintain()
  expect(heard).toHaveLength(3)
})

it('tells of a change back, also when an earlier call came back late, at another instance', async () => {
  const { onChange, begun, answer } = overlapping()
  const harness = createHarness()
  await harness.browser().onboard()
  const [one, other] = [harness.instance({ proxy: { onChange } }), harness.instance({ proxy: { onChange } })]
  const id = harness.simulator.users()[0]?.id ?? ''
  await one.proxy.status('customer-1')
  harness.simulator.setUserStatus(id, 'suspended')
  await harness.simulator.webhooks.deliver()
  await other.proxy.status('customer-1')
  answer()
  await settle()
  harness.simulator.setUserStatus(id, 'approved')
  await harness.simulator.webhooks.deliver()
  harness.advance(2 * MINUTE)
  await other.proxy.maintain()
  expect(begun).toEqual(['approved', 'suspended', 'approved'])
})

it('waits for each of several calls that come at once as long as for one', async () => {
  const { harness, answers } = hanging()
  const people = [1971, 1972, 1973].map((year) =>
    harness
      .browser(`customer-${year}`)
      .submit({ ...ROSA, email: `rosa-${year}@example.com`, dateOfBirth: `${year}-01-17` }),
  )
  await vi.waitFor(() => expect(answers).toHaveLength(3))
  expect(waits).toEqual([3_000, 3_000, 3_000])
  for (const answer of answers) answer()
  await Promise.all(people)
})

/** Maintenance finds the cards that were linked meanwhile, and the partner's function hangs. */
async function maintainWithCards({ harness, state }: Pick<ReturnType<typeof hanging>, 'harness' | 'state'>) {
  await harness.simulator.webhooks.deliver()
  harness.advance(2 * MINUTE)
  state.hangs = true
  waits = []
  await harness.proxy.maintain()
}

it('tells of a card once when the partner is slow and hears of it in the end', async () => {
  const { harness, calls, answers, state } = hanging()
  state.hangs = false
  const { browser } = await onboarded(harness)
  await harness.proxy.maintain()
  await walk(browser, ['card approved'])
  await maintainWithCards({ harness, state })
  expect([waits, harness.logs]).toEqual([
    [3_000],
    [[{ code: 'internal', customer: 'customer-1', cause: 'TimeoutError' }, LATE]],
  ])
  for (const answer of answers) answer()
  await turn()
  for (let call = 0; call < 3; call++) {
    harness.advance(2 * MINUTE)
    await harness.proxy.maintain()
  }
  expect(calls.filter(({ cardLinked }) => cardLinked)).toHaveLength(1)
  expect(harness.audits).toContainEqual({ event: 'card.link', customer: 'customer-1', outcome: 'linked' })
})

it('holds maintenance up for the cards of several people no longer than for those of one', async () => {
  const { harness, state } = hanging()
  state.hangs = false
  for (let index = 0; index < 4; index++) {
    const browser = harness.browser(`customer-${index}`)
    const who = {
      email: `rosa-${index}@example.com`,
      phone: `+1415555015${index}`,
      dateOfBirth: `197${index}-01-17`,
    }
    await browser.onboard({ ...ROSA, ...who })
    await walk(browser, ['card approved'])
  }
  await maintainWithCards({ harness, state })
  expect(waits).toEqual([3_000, 250, 250, 250])
})

it('hears that a creation was given up, and that support has allowed another try, from maintenance too', async () => {
  const { harness, calls, state } = hanging()
  state.hangs = false
  await post(harness, delivery('of somebody else'))
  const browser = harness.browser()
  harness.simulator.failNext('POST /v1/user_intent', { network: 'before' })
  await browser.submit()
  expect((await browser.status()).step.name).toBe('wait')
  const maintain = async () => {
    for (let call = 0; call < 3; call++) {
      harness.advance(8 * MINUTE)
      await harness.proxy.maintain()
    }
    return calls.at(-1)?.step.name
  }
  expect(await maintain()).toBe('collect-profile')
  const told = calls.length
  await maintain()
  expect(calls).toHaveLength(told)

  await browser.submit()
  for (let trip = 0; trip < 3; trip++) await browser.trip(['cancel'])
  expect(await maintain()).toBe('stopped')
  await harness.proxy.allowAnotherTry('customer-1')
  expect(await maintain()).toBe('hosted-flow')
})

it('is patient again after a call that never comes to an end was given up', async () => {
  const { harness, state } = hanging()
  await harness.browser('customer-1').submit()
  await harness.proxy.forget('customer-1')
  state.hangs = false
  harness.advance(60 * MINUTE)
  waits = []
  await harness
    .browser('customer-2')
    .submit({ ...ROSA, email: 'other@example.com', dateOfBirth: '1971-01-17' })
  expect(waits).toEqual([3_000])
})

it('leaves nobody marked for a partner who does not want to hear any more', async () => {
  const onChange = () => {
    throw new Error('down')
  }
  const harness = createHarness({ proxy: { onChange } })
  await harness.browser().submit()
  const without = harness.instance({ proxy: {} })
  for (let call = 0; call < 3; call++) {
    harness.advance(60 * MINUTE)
    await without.proxy.maintain()
  }
  expect(await harness.storage.find('customer', 'untold', 'yes')).toEqual([])
})
