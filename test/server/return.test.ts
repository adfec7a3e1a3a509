import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { createHarness } from '../support/harness.ts'

it('lets the return page run its own script only, and keep its opener', async () => {
  const { headers, page } = await createHarness()
    .browser()
    .request('GET', '/return?authorization_code=c')
    .then(async (response) => ({ headers: response.headers, page: await response.text() }))
  const hashes = ['style', 'script'].map((tag) => {
    const parts = [...page.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))]
    expect(parts).toHaveLength(1)
    return createHash('sha256')
      .update(parts[0]?.[1] ?? '')
      .digest('base64')
  })
  expect(headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'sha256-${hashes[0]}'; script-src 'sha256-${hashes[1]}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cross-origin-opener-policy': 'unsafe-none',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect(headers.has('set-cookie')).toBe(false)
})
