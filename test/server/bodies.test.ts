import { afterEach, expect, it, vi } from 'vitest'
import type { ErrorAnswer } from '../../src/core/contract.ts'
import { createHarness, ORIGIN, ROSA } from '../support/harness.ts'

const HEADERS = {
  'x-test-customer': '{"id":"customer-1"}',
  'sec-fetch-site': 'same-origin',
  'x-astra-onboarding': '1',
  'content-type': 'application/json',
}

function setUp() {
  const { proxy, simulator, logs } = createHarness()
  const post = async (body: BodyInit, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', headers: { ...HEADERS, ...headers }, body, duplex: 'half' }
    const request = new Request(`${ORIGIN}/api/astra/user-intents`, init)
    const response = await proxy.fetch(request, { remoteAddress: '127.0.0.1' })
    const text = await response.text()
    return { status: response.status, text, code: (JSON.parse(text) as Partial<ErrorAnswer>).error?.code }
  }
  return { post, logs, simulator }
}

const PROFILE = JSON.stringify(ROSA)
const ACCEPTED = `{"profile":${PROFILE}}`

afterEach(() => void vi.useRealTimers())

it('accepts a profile, escapes and all', async () => {
  const escaped = ACCEPTED.replace('"Rosa"', '"\\u0052osa"').replace('"firstName"', '"first\\u004eame"')
  expect((await setUp().post(escaped)).status).toBe(201)
})

it.each([
  ['a member twice', `{"profile":${PROFILE},"profile":${PROFILE}}`],
  ['a member twice further down', ACCEPTED.replace('"city"', '"city":"Oakland","city"')],
  ['a member twice, once in disguise', ACCEPTED.replace('"city"', '"c\\u0069ty":"Oakland","city"')],
  ['a member twice, once with a blank before its colon', ACCEPTED.replace('"city":', '"city" :"X","city":')],
  ['a member twice that nobody knows', `{"x":1,"x":1,"profile":${PROFILE}}`],
  ['a member that nobody knows', `{"x":1,"profile":${PROFILE}}`],
])('refuses %s', async (_, body) => {
  const { post, simulator } = setUp()
  expect(await post(body)).toMatchObject({ status: 400, code: 'body_malformed' })
  expect(simulator.requests).toEqual([])
})

it('takes the same name in two objects, and quotes and colons within a text, for what they are', async () => {
  const answer = await setUp().post(
    JSON.stringify({ profile: { ...ROSA, city: '":{"city":', preferredFirstName: 'city' } }),
  )
  expect(answer).toMatchObject({ status: 422, code: 'profile_invalid' })
  expect(await setUp().post('{"profile":{"city":{"city":1},"state":[{"a":1},{"a":2}]}}')).toMatchObject({
    status: 422,
    code: 'profile_invalid',
  })
})

it('takes a depth of five and refuses six, and a thousand', async () => {
  const nested = (depth: number) => `{"profile":{"city":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}}}`
  const { post } = setUp()
  expect(await post(nested(5))).toMatchObject({ status: 422, code: 'profile_invalid' })
  expect(await post(nested(6))).toMatchObject({ status: 400, code: 'body_malformed' })
  expect(await post(nested(8000))).toMatchObject({ status: 400, code: 'body_malformed' })
})

it.each(['gzip', 'br', 'GZIP', 'identity, gzip', 'x'])(
  'refuses a body with the encoding %s, which nobody unpacks',
  async (encoding) => {
    const { post } = setUp()
    expect(await post(ACCEPTED, { 'content-encoding': encoding })).toMatchObject({
      status: 400,
      code: 'body_malformed',
    })
  },
)

it('accepts the encoding that is none', async () => {
  expect((await setUp().post(ACCEPTED, { 'content-encoding': 'identity' })).status).toBe(201)
})

it('refuses bytes that are not UTF-8, and repeats none of them', async () => {
  const { post, logs } = setUp()
  const latin = Buffer.from(ACCEPTED.replace('Rosa', 'Rós7391'), 'latin1')
  const answer = await post(latin)
  expect(answer).toMatchObject({ status: 400, code: 'body_malformed' })
  expect(answer.text + JSON.stringify(logs)).not.toContain('7391')
  expect((await setUp().post(Buffer.from(ACCEPTED, 'utf16le'))).code).toBe('body_malformed')
})

it('refuses a length header over the limit without reading a byte', async () => {
  let pulls = 0
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => (pulls++, controller.enqueue(new Uint8Array(1))) },
    { highWaterMark: 0 },
  )
  const answer = await setUp().post(body, { 'content-length': String(16 * 1024 + 1) })
  expect(answer).toMatchObject({ status: 413, code: 'body_too_large' })
  expect(pulls).toBe(0)
})

it('reads of a body without end no more than it takes, and lets go of it', async () => {
  let read = 0
  let cancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        read += 1024
        controller.enqueue(new Uint8Array(1024))
        // Without end for whoever stops in time.
        if (read >= 50_000_000) controller.close()
      },
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  )
  expect(await setUp().post(body)).toMatchObject({ status: 413, code: 'body_too_large' })
  expect([read, cancelled]).toEqual([17 * 1024, true])
})

it('gives a body ten seconds, however it trickles in, and lets go of it', async () => {
  vi.useFakeTimers()
  let cancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) =>
        new Promise((resolve) => {
          setTimeout(() => {
            if (!cancelled) controller.enqueue(new TextEncoder().encode(' '))
            resolve()
          }, 900)
        }),
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  )
  const answer = setUp().post(body)
  let isAnswered = false
  void answer.then(() => (isAnswered = true))
  await vi.advanceTimersByTimeAsync(9_999)
  expect(isAnswered).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await answer).toMatchObject({ status: 408, code: 'body_too_slow' })
  expect(cancelled).toBe(true)
})

it('answers though the stream never answers the cancellation, and leaves no timer behind', async () => {
  vi.useFakeTimers()
  const hanging = () => new Promise<void>(() => {})
  const answer = setUp().post(new ReadableStream({ pull: hanging, cancel: hanging }, { highWaterMark: 0 }))
  await vi.advanceTimersByTimeAsync(10_000)
  expect((await answer).status).toBe(408)
  await setUp().post(ACCEPTED)
  expect(vi.getTimerCount()).toBe(0)
})

it('takes a connection that breaks off for a refused body, not for a failure', async () => {
  const { post, logs } = setUp()
  const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) })
  expect(await post(body)).toMatchObject({ status: 400, code: 'body_malformed' })
  expect(logs).toEqual([])
})
