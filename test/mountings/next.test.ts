import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { describe, expect, it } from 'vitest'
import { ensureBrowsers } from '../support/browsers.mjs'
import { ORIGIN } from '../support/harness.ts'
import { testJourney, testWebhook } from './journey.ts'
import { mount } from './mounting.ts'
import { APPLICATIONS } from './pack.ts'

const NEXT = createRequire(import.meta.url).resolve('next/dist/bin/next')

describe('Next.js, below its own base path', () => {
  const words = [NEXT, 'start', '--port', '0', '--hostname', '127.0.0.1']
  const mounting = mount({ folder: 'next', program: process.execPath, words }, build)
  testJourney(mounting)
  testWebhook(mounting)

  it('asks the proxy, and not Next.js, what another origin may do', async () => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' }
    const request = new Request(`${ORIGIN}/api/astra/flows`, { method: 'OPTIONS', headers })
    const response = await mounting.fetch(request)
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
  })

  it('is built from the packed package, and not from the source beside it', () => {
    const manifest = join(APPLICATIONS, 'next/.next/server/app/cards/page_client-reference-manifest.js')
    const ours = '[project]/build/mountings/node_modules/astra-onboarding/dist/react/index.js'
    const modules = readFileSync(manifest, 'utf8').match(/"\[project\][^"]*react\/index\.[jt]s(?=")/g)
    expect(new Set(modules)).toEqual(new Set([`"${ours}`]))
  })

  it('renders the widget and the button on the server, in a page that is a server component', async () => {
    const html = await (await fetch(`${mounting.application.origin}/bank/cards`)).text()
    expect(html).toMatch(/<div class="astra-onboarding"[^>]*>.*Loading….*<\/div>/)
    expect(html).toMatch(/<button [^>]*class="astra-opener astra-button"[^>]*>Add debit card<\/button>/)
    expect(html).toMatch(/<link rel="stylesheet" href="[^"]+\.css"/)
    expect(html).not.toContain('<dialog')
    expect(mounting.application.log()).not.toMatch(/warn|error|⚠|⨯/i)
  })

  it('makes a living widget of it in the browser, without a difference to complain of', async () => {
    const browser = await chromium.launch({
      executablePath: ensureBrowsers('chromium')[0] ?? '',
      args: ['--no-sandbox', '--disable-gpu'],
    })
    try {
      const page = await browser.newPage({ extraHTTPHeaders: { 'x-test-customer': '{"id":"customer-7"}' } })
      const said: string[] = []
      page.on('console', (message) => said.push(message.text()))
      page.on('pageerror', ({ message }) => said.push(message))
      await page.goto(`${mounting.application.origin}/bank/cards`)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('heading', { name: 'About you' }).waitFor()
      await page.getByRole('button', { name: 'Add debit card' }).click()
      await page.getByRole('dialog').getByRole('heading', { name: 'Set up instant transfers' }).waitFor()
      expect(said).toEqual([])
    } finally {
      await browser.close()
    }
  })
})

/** As a partner's CI does, which has no credentials of Astra's. */
async function build(): Promise<void> {
  const output = execFileSync(process.execPath, [NEXT, 'build'], {
    cwd: join(APPLICATIONS, 'next'),
    env: { PATH: process.env['PATH'], NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
    stdio: 'pipe',
    timeout: 90_000,
    encoding: 'utf8',
  })
  expect(output).not.toMatch(/warn|⚠/i)
}
