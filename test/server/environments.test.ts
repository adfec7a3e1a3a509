import { describe, expect, it } from 'vitest'
import { createAstraProxy } from '../../src/server/index.ts'
import type { AstraStorage } from '../../src/server/index.ts'
import { AUTHORIZE, createHarness, REDIRECT_URI } from '../support/harness.ts'
import { recordingStorage } from '../support/recording-storage.ts'

const KEY = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE='

const SANDBOX = {
  ASTRA_ENVIRONMENT: 'sandbox',
  ASTRA_CLIENT_ID: 'client-id',
  ASTRA_CLIENT_SECRET: 'client-secret',
  ASTRA_REDIRECT_URI: REDIRECT_URI,
  ASTRA_ENCRYPTION_KEYS: KEY,
}

describe('a database that two environments share', () => {
  const production = { ...SANDBOX, ASTRA_ENVIRONMENT: 'production' }

  /** A proxy on this storage, with everything that it reads and writes there besides the mark. */
  function on(storage: AstraStorage, env: Record<string, string>) {
    const touched: string[] = []
    const requests: string[] = []
    const watched: AstraStorage = {
      get: (kind, id) => (kind === 'installation' || touched.push(`get ${kind}`), storage.get(kind, id)),
      find: (kind, ...rest) => (touched.push(`find ${kind}`), storage.find(kind, ...rest)),
      commit: (changes) => (
        touched.push(...changes.map(({ kind }) => `commit ${kind}`)),
        storage.commit(changes)
      ),
      increment: (...counted) => (touched.push('increment'), storage.increment(...counted)),
    }
    const proxy = createAstraProxy({
      env,
      storage: watched,
      identify: () => null,
      fetch: async ({ url }) => (requests.push(url), new Response(null, { status: 500 })),
    })
    return { proxy, touched, requests }
  }

  it('belongs to whoever used it first; the other is refused before it reads or writes', async () => {
    const storage = recordingStorage()
    await on(storage, SANDBOX).proxy.maintain()
    const { proxy, touched, requests } = on(storage, production)
    const uses = [
      proxy.maintain(),
      proxy.status('customer-1'),
      proxy.forget('customer-1'),
      proxy.getAccessToken('customer-1'),
      proxy.import('customer-1', { userIntentId: 'ui_1' }),
    ]
    const refused = { code: 'configuration_invalid', message: REFUSAL }
    for (const use of uses) await expect(use).rejects.toMatchObject(refused)
    await expect(proxy.maintain()).rejects.toMatchObject(refused)
    expect([touched, requests]).toEqual([[], []])
  })

  it('is refused to another client of the same environment, too', async () => {
    const storage = recordingStorage()
    await on(storage, SANDBOX).proxy.maintain()
    const { proxy, touched } = on(storage, { ...SANDBOX, ASTRA_CLIENT_ID: 'another' })
    await expect(proxy.maintain()).rejects.toMatchObject({ code: 'configuration_invalid' })
    expect(touched).toEqual([])
  })

  it('is one of the two when both come first', async () => {
    const storage = recordingStorage()
    const proxies = [SANDBOX, production, SANDBOX, production].map((env) => on(storage, env).proxy)
    const outcomes = await Promise.allSettled(proxies.map((proxy) => proxy.maintain()))
    const [first, second] = outcomes.map(({ status }) => status)
    expect(first).not.toBe(second)
    expect(outcomes.slice(2).map(({ status }) => status)).toEqual([first, second])
  })

  it('holds the client as a hash only, and is asked once per process', async () => {
    const storage = recordingStorage()
    const asked: string[] = []
    const { proxy } = on(
      { ...storage, get: (kind, id) => (asked.push(`${kind}/${id}`), storage.get(kind, id)) },
      SANDBOX,
    )
    await proxy.maintain()
    await proxy.maintain()
    await proxy.maintain()
    expect(asked.filter((name) => name === 'installation/owner')).toHaveLength(1)
    expect(JSON.stringify(storage.writes)).not.toContain('client-id')
  })
})

const REFUSAL =
  '[astra] the database belongs to another environment or client of Astra (sandbox, client 2d8aa0e8) than this proxy (production, client 2d8aa0e8; the client is named by the SHA-256 of its ASTRA_CLIENT_ID). Nothing was read or written. Give each a database of its own, or correct ASTRA_ENVIRONMENT and ASTRA_CLIENT_ID.'

it('neither starts nor finishes a flow of another environment, even where the mark on the storage is gone', async () => {
  const harness = createHarness()
  const browser = harness.browser()
  await browser.submit()
  const { startPath } = await browser.openFlow()
  const returned = await browser.walk(await browser.start(startPath), AUTHORIZE)
  await harness.storage.commit([{ kind: 'installation', id: 'owner', expectedVersion: 1, data: null }])
  const calls: string[] = []
  const { proxy } = harness.instance({
    env: SANDBOX,
    proxy: {
      fetch: async ({ url }) => {
        calls.push(url)
        return new Response(null, { status: 500 })
      },
    },
  })

  const { fetch } = harness.proxy
  harness.proxy.fetch = proxy.fetch
  expect(
    (await browser.request('GET', startPath, { headers: { 'sec-fetch-mode': 'navigate' } })).status,
  ).toBe(404)
  const mixedUp = await browser.complete(returned?.search ?? '')
  expect([mixedUp.status, mixedUp.body.error?.code]).toEqual([404, 'flow_not_found'])
  const withoutState = await browser.complete(
    `?authorization_code=${returned?.searchParams.get('authorization_code')}`,
  )
  expect([withoutState.status, withoutState.body.error?.code]).toEqual([404, 'flow_not_found'])
  expect(calls).toEqual([])

  harness.proxy.fetch = fetch
  const { body } = await browser.complete(returned?.search ?? '')
  expect(body.flow.outcome).toEqual({ state: 'authorized' })
})
