import { expect, it } from 'vitest'
import type { Change } from '../../src/server/index.ts'
import { memoryStorage } from '../../src/server/storage/memory.ts'
import { createHarness, ROSA } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'
import { delivery, post } from '../support/webhook.ts'

const DAY = 24 * 60 * 60 * 1000

it('forgets a person’s count of creations a day after it has ended, and an e-mail address’s never', async () => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  await harness.browser().submit()
  await harness.proxy.forget('customer-1')
  const left = async () => {
    await harness.proxy.maintain()
    return (await storage.dump()).filter(({ kind }) => kind === 'budget').map(({ id }) => id.split('/')[0])
  }
  const person = 'person'
  expect(await left()).toContain(person)
  harness.advance(30 * DAY)
  expect(await left()).toContain(person)
  harness.advance(DAY)
  expect(await left()).toEqual([expect.not.stringMatching(person)])
})

it('keeps the count that a later creation has prolonged', async () => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  await harness.browser().submit()
  harness.advance(20 * DAY)
  await harness.browser('customer-2').submit({ ...ROSA, email: 'other@example.com' })
  const counted = async () => {
    await harness.proxy.maintain()
    const person = (await storage.dump()).find(({ id }) => id.startsWith('person/'))
    return (person?.data as { attempts: string[] } | undefined)?.attempts.length
  }
  expect(await counted()).toBe(2)
  // Of the first, 40 days ago, nothing is left.
  harness.advance(20 * DAY)
  expect(await counted()).toBe(1)
  harness.advance(12 * DAY)
  expect(await counted()).toBeUndefined()
})

it('passes by hundreds of attempts in several calls, each once', async () => {
  const harness = createHarness({ simulator: { intentsPerEmail: 1_000 } })
  const changes = Array.from({ length: 250 }, (_, index): Change => {
    const id = `${(Date.parse('2026-11-01T00:00:00Z') + index).toString(36)}-${index}`
    const data = {
      customerId: `old-${index}`,
      state: 'refused',
      intentId: null,
      emailHash: 'e',
      personHash: `p-${index}`,
    }
    return { kind: 'attempt', id, expectedVersion: null, data }
  })
  const budgets = changes.map(({ id }, index): Change => {
    return { kind: 'budget', id: `person/p-${index}`, expectedVersion: null, data: { attempts: [id] } }
  })
  await harness.storage.commit([...changes, ...budgets])
  harness.advance(10 * DAY)
  const purged: number[] = []
  for (let call = 0; call < 4; call++) purged.push((await harness.proxy.maintain()).recordsPurged)
  expect(purged).toEqual([100, 100, 50, 0])
})

it('writes nothing of what was typed, of codes, of cookies or of state, in a whole run and its mishaps', async () => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage, onChange: () => {} } })
  const browser = harness.browser()
  harness.simulator.failNext('POST /v1/user_intent', { network: 'after' })
  await browser.submit()
  await browser.submit({ ...ROSA, ssnLast4: '7391' })
  const { startPath } = await browser.openFlow()
  const url = await browser.start(startPath)
  harness.simulator.failNext('GET /v1/user', { status: 503 })
  const returned = await browser.walk(url, ['phone', 'code', 'consent', 'connect'])
  await browser.complete(returned?.search ?? '')
  harness.advance(6_000)
  await browser.status()
  await harness.simulator.webhooks.deliver()
  await harness.proxy.maintain()
  expect((await browser.status()).step).toEqual({ name: 'complete' })

  const [user] = harness.simulator.users()
  const { state: _, ...typed } = ROSA
  const secrets = [
    ...Object.values(typed),
    '7391',
    '+14155550142',
    '4155550142',
    user?.access?.token,
    ...(user?.refresh ?? []).map(({ token }) => token),
    ...['state', 'code', 'authorization_code'].map((name) => returned?.searchParams.get(name)),
  ].filter((secret) => secret !== undefined && secret !== null)
  expect(secrets.length).toBeGreaterThan(14)
  const written = JSON.stringify(storage.writes)
  // Four digits turn up in every random text; as a whole value they do not.
  const spelled = (secret: string) => (/^\d{4}$/.test(secret) ? `"${secret}"` : secret)
  for (const secret of secrets) expect(written).not.toContain(spelled(secret))
  expect(storage.writes.length).toBeGreaterThan(12)
})

it.each([
  ['after a year without maintenance', true],
  ['at the first maintenance there is, a year later', false],
])('forgets flows, webhooks and persons of long ago %s', async (_, isMaintainedBefore) => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  const browser = harness.browser()
  await browser.submit()
  if (isMaintainedBefore) await harness.proxy.maintain()
  await browser.openFlow()
  await post(harness, delivery('somebody-else'))
  harness.advance(365 * DAY)
  expect((await harness.proxy.maintain()).recordsPurged).toBeGreaterThanOrEqual(3)
  const left = (await storage.dump()).map(({ kind, id }) => `${kind} ${id.replace(/\/.*/, '')}`)
  expect(left).not.toContainEqual(expect.stringMatching(/^flow|^webhook seen|^budget person/))
})

it('looks at some days in each call, and forgets all in the end, though nobody has maintained anything for years', async () => {
  const storage = recordingStorage()
  let looks = 0
  const counting = {
    ...storage,
    find: (...part: Parameters<typeof storage.find>) => {
      looks += 1
      return storage.find(...part)
    },
  }
  const harness = createHarness({ proxy: { storage: counting } })
  await harness.browser().submit()
  await harness.browser().openFlow()
  harness.advance(3 * 365 * DAY)
  const last = await harness.browser('customer-2').submit({ ...ROSA, email: 'other@example.com' })
  expect(last.status).toBe(201)
  harness.advance(40 * DAY)
  for (let call = 0; call < 15; call++) {
    looks = 0
    await harness.proxy.maintain()
    expect(looks).toBeLessThan(350)
  }
  const left = (await storage.dump()).map(({ kind, id }) => `${kind} ${id.replace(/\/.*/, '')}`)
  expect(left).not.toContainEqual(expect.stringMatching(/^flow|^budget person/))
})

it('forgets nothing by one instance’s clock that is ahead of the one that all share', async () => {
  const noon = Date.parse('2026-11-23T18:00:00Z')
  const storage = { ...memoryStorage(), now: async () => noon }
  const harness = createHarness({ proxy: { storage, limits: { creationsPerPersonIn30Days: 1 } } })
  await harness.browser().submit()
  const { flow } = await harness.browser().openFlow()
  const ahead = harness.instance({ proxy: { now: () => noon + 45 * DAY } })
  expect(await ahead.proxy.maintain()).toMatchObject({ recordsPurged: 0 })
  expect(await storage.get('flow', flow.id)).not.toBeNull()
  const again = await harness.browser('customer-2').submit({ ...ROSA, email: 'other@example.com' })
  expect(again.body.error?.code).toBe('intent_limit_reached')
})

it('keeps nothing of deliveries that it has nothing to do with', async () => {
  const storage = recordingStorage()
  const harness = createHarness({ proxy: { storage } })
  expect((await post(harness, delivery('t-1', { webhook_type: 'transfer_updated' }))).status).toBe(200)
  expect(storage.writes).toEqual([])
})

it('stays without a customer whom the partner’s own function has forgotten', async () => {
  const storage = recordingStorage()
  let told = 0
  const harness: Harness = createHarness({
    proxy: {
      storage,
      onChange: async () => {
        told += 1
        if (told === 2) await harness.proxy.forget('customer-1')
      },
    },
  })
  await harness.browser().submit()
  await harness.browser().status()
  expect(told).toBe(2)
  expect((await storage.dump()).filter(({ kind }) => kind === 'customer')).toEqual([])
})

it('stays without a customer who was forgotten while Astra created their intent', async () => {
  const storage = recordingStorage()
  const harness: Harness = createHarness({
    proxy: {
      storage,
      fetch: async (request) => {
        const answer = await harness.simulator.fetch(request)
        if (request.url.endsWith('/v1/user_intent')) await harness.proxy.forget('customer-1')
        return answer
      },
    },
  })
  await harness.browser().submit()
  expect((await storage.dump()).filter(({ kind }) => kind === 'customer' || kind === 'attempt')).toEqual([])
})

it('stays without a customer who was forgotten while a webhook looked for them', async () => {
  const memory = memoryStorage()
  let beforeMark = async () => {}
  const harness = createHarness({
    proxy: {
      storage: {
        ...memory,
        find: async (...query) => {
          const found = await memory.find(...query)
          await beforeMark()
          return found
        },
      },
    },
  })
  await harness.browser().onboard()
  beforeMark = async () => {
    beforeMark = async () => {}
    await harness.proxy.forget('customer-1')
  }
  await harness.simulator.webhooks.deliver()
  expect(await memory.get('customer', 'customer-1')).toBeNull()
  const [intent] = harness.simulator.intents()
  await harness.proxy.import('customer-1', { userIntentId: intent?.id ?? '' })
})

it('stays without a customer who was forgotten while their cards were to be read', async () => {
  const memory = memoryStorage()
  let beforeRead = async () => {}
  const harness = createHarness({
    proxy: { storage: { ...memory, find: async (...query) => (await beforeRead(), memory.find(...query)) } },
  })
  const browser = harness.browser()
  await browser.onboard()
  const { flow } = await browser.openFlow('popup', 'link-card')
  harness.advance(6_000)
  beforeRead = async () => {
    beforeRead = async () => {}
    await harness.proxy.forget('customer-1')
  }
  await browser.request('GET', `/status?goal=link-card&flow=${flow.id}`)
  await harness.proxy.maintain()
  expect(await memory.get('customer', 'customer-1')).toBeNull()
})
