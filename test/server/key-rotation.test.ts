import { expect, it } from 'vitest'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const OLD = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='
const NEW = 'YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY='
const env = (...keys: string[]) => ({ env: { ASTRA_ENCRYPTION_KEYS: keys.join(',') } })

it('goes on over instances that are restarted one by one, when the new key first stands behind the old', async () => {
  const before = createHarness(env(OLD))
  await before.browser().onboard()
  const token = await before.proxy.getAccessToken('customer-1')
  // First round: everybody learns to open with the new key. Second round: it seals.
  const opens = before.instance(env(OLD, NEW))
  const seals = before.instance(env(NEW, OLD))
  expect(await before.proxy.maintain()).toMatchObject({ tokensResealed: 0 })
  expect(await seals.proxy.maintain()).toMatchObject({ tokensResealed: 1, failed: 0 })
  for (const { proxy } of [opens, seals]) expect(await proxy.getAccessToken('customer-1')).toBe(token)
  // Whoever skipped the first round cannot open it, and loses nothing.
  await expect(before.proxy.getAccessToken('customer-1')).rejects.toMatchObject({ code: 'token_unreadable' })
  expect(await before.instance(env(NEW)).proxy.getAccessToken('customer-1')).toBe(token)
})

it('counts creations over both rounds: a fourth for one e-mail address is refused wherever it comes', async () => {
  const first = createHarness(env(OLD, NEW))
  const second = first.instance(env(NEW, OLD))
  const create = (instance: Harness, index: number) =>
    instance.browser(`customer-${index}`).submit({ ...ROSA, firstName: `${'abcd'[index]}osa` })
  expect((await create(first, 0)).status).toBe(201)
  expect((await create(second, 1)).status).toBe(201)
  expect((await create(first, 2)).status).toBe(201)
  for (const instance of [first, second])
    expect((await create(instance, 3)).body.error).toMatchObject({ code: 'intent_limit_reached' })
})

it('remembers the tries at a person who came in between when the old key is gone', async () => {
  const before = createHarness(env(OLD))
  const tryAs = (instance: Harness, index: number) =>
    instance
      .browser(`customer-${index}`)
      .submit({ ...ROSA, ssnLast4: `100${index}`, email: `${index}@example.com` })
  expect((await tryAs(before, 0)).status).toBe(201)
  const both = before.instance(env(NEW, OLD))
  expect((await tryAs(both, 1)).status).toBe(201)
  // What came along is not counted twice while both keys are there.
  expect((await tryAs(both, 2)).status).toBe(201)
  const after = before.instance(env(NEW))
  expect((await tryAs(after, 3)).body.error).toMatchObject({ code: 'intent_limit_reached' })
})
