import { expect, it } from 'vitest'
import { ROUTE_TABLE } from '../../src/server/route-table.ts'
import { createHarness, ORIGIN } from '../support/harness.ts'
import { delivery, post } from '../support/webhook.ts'

/** Answers of every kind that a route of ours gives: taken, refused, unchanged, unknown. */
async function everyAnswer(): Promise<Response[]> {
  const harness = createHarness()
  const browser = harness.browser()
  const responses: Response[] = []
  const { fetch } = harness.proxy
  harness.proxy.fetch = async (request, platform) => {
    const response = await fetch(request, platform)
    responses.push(response.clone())
    return response
  }
  await browser.submit({})
  await browser.onboard()
  const etag = (await browser.request('GET', '/status')).headers.get('etag') ?? ''
  await browser.request('GET', '/status', { headers: { 'if-none-match': etag } })
  await browser.request('GET', '/flows/unknown/start')
  await browser.request('GET', '/return')
  await browser.request('GET', '/customers/x')
  await browser.request('GET', '/nowhere')
  await browser.request('DELETE', '/status')
  const preflight = { origin: ORIGIN, 'access-control-request-method': 'POST' }
  await browser.request('OPTIONS', '/flows', { headers: preflight })
  await post(harness, delivery('x'), 'forged')
  await post(harness, delivery('x'))
  return responses
}

it('gives every answer with a body its type, and lets nobody sniff, keep, frame or pass it on', async () => {
  const responses = await everyAnswer()
  expect(responses.length).toBeGreaterThan(ROUTE_TABLE.length)
  const full = responses.filter(({ body }) => body !== null)
  expect(new Set(full.map(({ status }) => status))).toEqual(new Set([200, 201, 401, 404, 405, 422]))
  for (const response of full) {
    const { headers } = response
    const text = await response.text()
    const type = text.startsWith('{') ? 'application/json' : 'text/html; charset=utf-8'
    expect(headers.get('content-type')).toBe(type)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none';.* frame-ancestors 'none'$/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

it('keeps what has no body out of caches and referrers too, where it says where to go', async () => {
  const empty = (await everyAnswer()).filter(({ body }) => body === null)
  expect(new Set(empty.map(({ status }) => status))).toEqual(new Set([200, 204, 302, 304]))
  for (const { headers } of empty.filter(({ status }) => status === 302 || status === 304)) {
    expect([headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ])
  }
})
