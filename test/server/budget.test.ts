import { expect, it } from 'vitest'
import { sqliteStorage } from '../../src/node/sqlite.ts'
import type { AstraStorage } from '../../src/server/index.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const DAY = 24 * 60 * 60_000
const OLD_KEY = 'b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0='
const NEW_KEY = 'bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0='
const keys = (...names: string[]) => ({ env: { ASTRA_ENCRYPTION_KEYS: names.join() } })

function setUp(options: { env?: Record<string, string> } = {}) {
  const storage = recordingStorage()
  const harness = createHarness({ ...options, proxy: { storage } })
  /** The counts of persons that are left after a hundred days with maintenance. */
  const personsLeft = async ({ proxy }: Pick<Harness, 'proxy'> = harness) => {
    for (let day = 0; day < 100; day++) {
      harness.advance(DAY)
      await proxy.maintain()
    }
    return (await storage.dump()).filter(({ id }) => id.startsWith('person/'))
  }
  return { storage, harness, personsLeft }
}

/** The same person with an e-mail address of their own. */
const rosa = (name: string) => ({ ...ROSA, email: `${name}@example.com` })

it('of a person ends when one of their two customers was forgotten', async () => {
  const { harness, personsLeft } = setUp()
  await harness.browser('a').submit(rosa('a'))
  harness.advance(10 * DAY)
  await harness.browser('b').submit(rosa('b'))
  await harness.proxy.forget('b')
  expect(await personsLeft()).toEqual([])
})

it('of a person ends when a later creation was given back after their customer was forgotten', async () => {
  const { harness, personsLeft } = setUp()
  await harness.browser('a').submit(rosa('a'))
  await harness.proxy.forget('a')
  harness.simulator.failNext('POST /v1/user_intent', { status: 429 })
  await harness.browser('b').submit(rosa('b'))
  expect(await personsLeft()).toEqual([])
})

it('of a person ends also for whom maintenance is behind when they are forgotten', async () => {
  const { harness, storage, personsLeft } = setUp()
  await harness.browser('a').submit()
  harness.advance(40 * DAY)
  const find: AstraStorage['find'] = async (kind, index, ...rest) =>
    index === null ? [] : storage.find(kind, index, ...rest)
  await harness.instance({ proxy: { storage: { ...storage, find } } }).proxy.maintain()
  await harness.proxy.forget('a')
  expect(await personsLeft()).toEqual([])
})

it('of a person ends under every key that there was', async () => {
  const { harness, storage, personsLeft } = setUp(keys(OLD_KEY))
  await harness.browser('a').submit(rosa('a'))
  harness.advance(5 * DAY)
  await harness
    .instance({ ...keys(NEW_KEY, OLD_KEY), proxy: { storage } })
    .browser('b')
    .submit(rosa('b'))
  harness.advance(5 * DAY)
  const last = harness.instance({ ...keys(NEW_KEY), proxy: { storage } })
  expect((await last.browser('c').submit(rosa('c'))).status).toBe(201)
  expect(await personsLeft(last)).toEqual([])
})

it('of an e-mail address is given back under every key, also what an instance with the old one has counted since', async () => {
  const before = createHarness({ ...keys(OLD_KEY), simulator: { intentsPerEmail: 100 } })
  const after = before.instance(keys(NEW_KEY, OLD_KEY))
  const submit = (harness: Harness, id: string) =>
    harness.browser(id).submit({ ...ROSA, firstName: `${id}${id}${id}` })
  before.simulator.failNext('POST /v1/user_intent', { status: 503 })
  await submit(before, 'a')
  await submit(after, 'b')
  await submit(before, 'c')
  await before.proxy.forget('a')
  expect((await submit(after, 'd')).status).toBe(201)
})

it('is one where the same key is listed twice', async () => {
  const harness = createHarness({ ...keys(NEW_KEY, NEW_KEY), proxy: { storage: sqliteStorage(':memory:') } })
  expect((await harness.browser().submit()).status).toBe(201)
})
