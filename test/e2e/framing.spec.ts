import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'

/** Answers of the proxy that a browser would show: pages, and JSON of every kind. */
const PATHS = [
  '/api/astra/return',
  '/api/astra/return?code=abc&state=astra.a.b',
  '/api/astra/flows/unknown/start',
  '/api/astra/status',
  '/api/astra/nowhere',
]

/** What the browser makes of a frame that it refuses. */
const REFUSED = 'chrome-error://chromewebdata/'

/** A page that frames these addresses, and one of its own to show that framing as such works. */
const framing = (urls: readonly string[]) =>
  `<!doctype html><title>Frames</title>${['/own', ...urls].map((url) => `<iframe src="${url}"></iframe>`).join('')}`

/** The addresses that the frames of the page have come to. */
const framesOf = (page: Page) =>
  page.frames().flatMap((frame) => (frame === page.mainFrame() ? [] : frame.url()))

test('a page on another origin can frame neither the return page nor any other answer', async ({
  page,
  bank,
}) => {
  const urls = PATHS.map((path) => bank.origin + path)
  const server = createServer(({ url }, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(url === '/own' ? '<p>own</p>' : framing(urls))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await page.goto(origin)
    await expect.poll(() => framesOf(page)).toEqual([`${origin}/own`, ...urls.map(() => REFUSED)])
  } finally {
    server.close()
  }
})

test('the pages of the proxy’s own origin cannot frame them either', async ({ page, bank }) => {
  const urls = PATHS.map((path) => bank.origin + path)
  await page.route(`${bank.origin}/frames`, (route) =>
    route.fulfill({ contentType: 'text/html', body: framing(urls) }),
  )
  await page.route(`${bank.origin}/own`, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<p>own</p>' }),
  )
  await page.goto(`${bank.origin}/frames`)
  await expect.poll(() => framesOf(page)).toEqual([`${bank.origin}/own`, ...urls.map(() => REFUSED)])
})
