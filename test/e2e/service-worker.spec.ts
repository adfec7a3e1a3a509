import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { MockAstra } from '../../src/testing/index.ts'
import { onboardingPage, playwright } from '../../src/testing/pages.ts'

const FOLDER = join(import.meta.dirname, '../../build/gallery')
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** Nothing but files: whoever answers the widget is in the browser. */
const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  const type = TYPES[extname(path)]
  if (type) response.writeHead(200, { 'content-type': type }).end(readFileSync(join(FOLDER, path)))
  else response.writeHead(404).end()
})

test.beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
test.afterAll(() => server.close().closeAllConnections())

test('a page over the mock in a service worker goes from the form to the end', async ({ page }) => {
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/worker.html`)
  const onboarding = onboardingPage(playwright(page))
  await onboarding.fillProfile()
  await onboarding.send()
  await onboarding.see('invitation/first-time')
  await onboarding.openAstra()
  const state = await page.evaluate(async () => {
    const { astra } = window as unknown as { astra: MockAstra }
    return (await astra.finishHostedFlow()).outcome.state
  })
  expect(state).toBe('authorized')
  await onboarding.see('complete/onboarding')
})
