import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { CustomerChange } from '../../src/server/index.ts'
import { createHarness, ROSA } from '../support/harness.ts'

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
