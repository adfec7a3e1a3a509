// Draws docs/flow.png: the journey of somebody approved at once, from the running demo.
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { ensureBrowsers } from './browsers.mjs'

const server = spawn(process.execPath, ['build/demo/server.js'], {
  env: {
    ...process.env,
    PORT: '3080',
    SIMULATOR_PORT: '4080',
    DEMO_DATA: mkdtempSync(join(tmpdir(), 'picture-')),
  },
  stdio: ['ignore', 'pipe', 'inherit'],
})
// Also where a step below is not found: an orphan would hold the port, and whoever waits for its output.
process.on('exit', () => server.kill())
await new Promise((resolve) => server.stdout.once('data', resolve))
const browser = await chromium.launch({
  executablePath: ensureBrowsers('chromium')[0],
  args: ['--no-sandbox'],
})
const page = await browser.newPage({ viewport: { width: 390, height: 700 } })
const pictures = []
const picture = async (caption, of = page) =>
  pictures.push({ caption, data: (await of.screenshot()).toString('base64') })
const click = (name, of = page) => of.getByRole('button', { name }).click()

await page.goto('http://localhost:3080')
await page.getByRole('button', { name: 'Add debit card' }).waitFor()
await page.evaluate(() => document.querySelector('.bank-header').scrollIntoView())
await picture('1 The partner’s page')
await click('Add debit card')
await click('Continue')
await page.getByLabel('Last 4 digits').fill('4821')
await picture('2 The identity form')
for (const _ of ['about', 'contact', 'address']) await click('Continue')
await page.getByRole('button', { name: 'Send and continue' }).waitFor()
await picture('3 A last look')
await click('Send and continue')
const opened = page.waitForEvent('popup')
await click('Continue to Astra')
const popup = await opened
await popup.setViewportSize({ width: 390, height: 700 })
await click('Send code', popup)
const message = await popup.getByText(/your Astra code is/).textContent()
await picture('4 Astra: phone and consent', popup)
await popup.getByLabel('Code').fill(/code is (\d{6})/.exec(message)[1])
await click('Confirm code', popup)
await click('Authorize', popup)
await click('Connect New Debit Card', popup)
for (const [label, text] of [
  ['Card number', '4242 4242 4242 4242'],
  ['Expires', '12/49'],
  ['Security code', '123'],
  ['Street', '18 Harbor View Rd'],
  ['ZIP code', '94607'],
])
  await popup.getByLabel(label).fill(text)
await click('Add card', popup)
await page.getByRole('heading', { name: 'Your card is added' }).waitFor()
await picture('5 Back, and done')

const sheet = await browser.newPage({ viewport: { width: 1720, height: 660 } })
await sheet.setContent(`<style>
  body { margin: 0; padding: 24px; display: flex; gap: 24px; font: 600 18px system-ui; background: #e6ebe8; color: #17231b }
  figure { margin: 0; width: 315px } img { width: 100%; border-radius: 12px; border: 1px solid #b5c2ba } figcaption { padding: 0 4px 12px }
</style>${pictures.map(({ caption, data }) => `<figure><figcaption>${caption}</figcaption><img src="data:image/png;base64,${data}"></figure>`).join('')}`)
await sheet.screenshot({ path: 'docs/flow.png' })
await browser.close()
process.exit()
