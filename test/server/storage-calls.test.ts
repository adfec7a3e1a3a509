import { expect, it } from 'vitest'
import type { AstraStorage } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import { delivery, post } from '../support/webhook.ts'

/** A harness that counts what is asked of its storage, once it has found out whose that is. */
async function counted() {
  const storage = memoryStorage()
  const calls = { get: 0, find: 0, commit: 0, increment: 0 }
  const counting: AstraStorage = {
    get: (...read) => (calls.get++, storage.get(...read)),
    find: (...read) => (calls.find++, storage.find(...read)),
    commit: (...write) => (calls.commit++, storage.commit(...write)),
    increment: (...write) => (calls.increment++, storage.increment(...write)),
  }
  const harness = createHarness({ proxy: { storage: counting } })
  await harness.browser('somebody-before').status()
  const during = async (work: () => Promise<unknown>) => {
    const before = { ...calls }
    await work()
    return { reads: calls.get + calls.find - before.get - before.find, commits: calls.commit - before.commit }
  }
  return { harness, during }
}

it('reads a status with one look at the customer, also where a correction is possible', async () => {
  const { harness, during } = await counted()
  const browser = harness.browser()
  expect(await during(() => browser.status())).toEqual({ reads: 1, commits: 0 })
  await browser.submit()
  await browser.status()
  expect(await during(() => browser.status())).toEqual({ reads: 1, commits: 0 })
})

it('creates with two commits, the attempt and the intent, and reads neither of them again', async () => {
  const { harness, during } = await counted()
  // Whether address and person are new, the commit tells.
  expect(await during(() => harness.browser().submit())).toEqual({ reads: 1, commits: 2 })
})

it('looks for the earlier attempts of an e-mail address and a person when a commit has told that there are some', async () => {
  const { harness, during } = await counted()
  await harness.browser('a').submit()
  // After the commit that failed: customer, address, person, and each earlier attempt.
  expect(await during(() => harness.browser('b').submit())).toEqual({ reads: 1 + 4, commits: 1 + 2 })
  expect(await during(() => harness.browser('c').submit())).toEqual({ reads: 1 + 5, commits: 1 + 2 })
  // At the fourth the address is enough.
  expect(await during(() => harness.browser('d').submit())).toEqual({ reads: 1 + 5, commits: 1 })
})

it('reads Astra with two commits, the claim and the answer, and one look at the customer', async () => {
  const { harness, during } = await counted()
  const browser = harness.browser()
  await browser.submit()
  // The other one is for webhooks: how often Astra is asked depends on them.
  expect(await during(() => browser.status())).toEqual({ reads: 2, commits: 2 })
})

it('tells a status that a webhook has overtaken from a new read, right after it', async () => {
  let delivered = false
  const harness = createHarness({
    proxy: {
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        if (request.method === 'POST' || delivered) return answer
        delivered = true
        // While the first answer is on its way, the check ends.
        const [intent] = harness.simulator.intents()
        harness.simulator.setIntentStatus(intent?.id ?? '', 'approved')
        await post(harness, delivery(intent?.id ?? ''))
        return answer
      },
    },
  })
  const browser = harness.browser()
  await browser.submit({ ...ROSA, firstName: 'Slow' })
  expect((await browser.status()).step).toMatchObject({ name: 'wait' })
  expect((await browser.status()).step).toMatchObject({ name: 'hosted-flow', flow: 'authorize' })
})
