// Our form beside a bare page with the same fields, in one Chromium: four times slower than this machine, on slow 4G.
// Ratios against the aims; nothing fails. Run it with `npm run bench:widget`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { ensureBrowsers } from '../../support/browsers.mjs'
import { servePages } from './serve.mjs'

const RUNS = 5
/** As quick fingers type. Faster, and the keys queue up on a page that is four times slower. */
const BETWEEN_KEYS_MS = 120
const SLOW_4G = { latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8, offline: false }
const PROBE = readFileSync(join(import.meta.dirname, 'probe.js'), 'utf8')
const TYPED = [
  ['First name', 'Rosamunde Wilhelmina'],
  ['Last name', 'Lindqvist-Featherstone'],
  ['Last 4 digits', '4821'],
  ['E-mail address', 'rosamunde.lindqvist@example.com'],
  ['Phone number', '(415) 555-0142'],
  ['Street address', '1800 Harbor View Boulevard'],
  ['City', 'South San Francisco'],
  ['ZIP code', '94080'],
]
const KEYS = TYPED.reduce((sum, [, text]) => sum + text.length, 0)

const server = await servePages()
const browser = await chromium.launch({
  executablePath: ensureBrowsers('chromium')[0],
  args: ['--no-sandbox'],
})
const results = { ours: [], bare: [] }
// In turns, so that what else the machine does falls on both.
for (let run = 0; run < RUNS; run++)
  for (const name of ['ours', 'bare']) results[name].push(await visit(name))
await browser.close()
server.close()
report()

async function visit(name) {
  const cold = await openForm(name, (page) =>
    page.evaluate(() => document.querySelector('main button').click()),
  )
  const { page, devtools, ...near } = await openForm(name, async (there) => {
    await there.hover('main button')
    await there.waitForTimeout(300)
    await there.click('main button')
  })
  await cold.page.close()
  const typing = await type(page, devtools)
  const correcting = await correct(page)
  await page.close()
  return {
    'page, KiB': near.pageBytes / 1024,
    'with the form, KiB': near.formBytes / 1024,
    'click to form, ms': cold.ms,
    'click after 300 ms near it, ms': near.ms,
    ...typing,
    ...correcting,
  }
}

/** Loads the page and opens the form. */
async function openForm(name, open) {
  // Tall enough for either form: headless Chromium counts no frame after a field has scrolled into view, on both pages.
  const page = await browser.newPage({ viewport: { width: 1280, height: 2400 } })
  const devtools = await page.context().newCDPSession(page)
  let bytes = 0
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength))
  await devtools.send('Network.enable')
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true })
  await devtools.send('Network.emulateNetworkConditions', SLOW_4G)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await devtools.send('Performance.enable')
  await page.addInitScript(PROBE)
  await page.goto(`${server.origin}/${name}/`)
  await page.locator('main button').waitFor()
  const pageBytes = bytes
  await open(page)
  await page.waitForFunction(() => globalThis.probe.usableAt > 0, null, { polling: 100 })
  const ms = await page.evaluate(() => globalThis.probe.usableAt - globalThis.probe.clickedAt)
  return { page, devtools, ms, pageBytes, formBytes: bytes }
}

async function type(page, devtools) {
  // What follows the first frame is part of the load.
  await page.waitForTimeout(1000)
  const before = await metrics(devtools)
  await page.evaluate(() => {
    Object.assign(globalThis.probe, { durations: [], latencies: [], longTasks: [], commits: 0, fields: 0 })
  })
  for (const [label, text] of TYPED) {
    await page.getByLabel(label).focus()
    await page.keyboard.type(text, { delay: BETWEEN_KEYS_MS })
  }
  await page.waitForTimeout(300)
  const probe = await page.evaluate(() => globalThis.probe)
  const after = await metrics(devtools)
  return {
    'key to frame, median, ms': median(probe.latencies),
    'key to frame, slowest 2 %, ms': p98(probe.latencies, KEYS),
    'the same by the browser, ms': p98(probe.durations, 3 * KEYS),
    'work per key, ms': (1000 * (after.TaskDuration - before.TaskDuration)) / KEYS,
    'script per key, ms': (1000 * (after.ScriptDuration - before.ScriptDuration)) / KEYS,
    'commits per key': probe.commits / KEYS,
    'long tasks': probe.longTasks.length,
  }
}

/** Types into a field that was refused, which is looked at again with every key. */
async function correct(page) {
  const [label, text] = TYPED[0]
  await page.getByLabel(label).fill('')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForTimeout(500)
  await page.getByLabel(label).focus()
  await page.evaluate(() => Object.assign(globalThis.probe, { commits: 0, fields: 0 }))
  await page.keyboard.type(text, { delay: BETWEEN_KEYS_MS })
  const { commits, fields } = await page.evaluate(() => globalThis.probe)
  return {
    'commits per key, refused': commits / text.length,
    'fields per key, refused': fields / text.length,
  }
}

async function metrics(devtools) {
  const { metrics: list } = await devtools.send('Performance.getMetrics')
  return Object.fromEntries(list.map(({ name, value }) => [name, value]))
}

/** The browser names only events of 16 ms and more, in steps of 8; the others count as 8. */
function p98(durations, count) {
  const sorted = [...durations].sort((a, b) => b - a)
  return sorted[Math.floor(count * 0.02)] ?? 8
}

function report() {
  const AIMS = {
    'click to form, ms': 1.3,
    'click after 300 ms near it, ms': 1.3,
    'key to frame, slowest 2 %, ms': 1.2,
    'work per key, ms': 1.2,
  }
  const table = Object.keys(results.ours[0]).map((what) => {
    const [ours, bare] = [results.ours, results.bare].map((runs) => median(runs.map((run) => run[what])))
    const ratio = bare > 0 ? (ours / bare).toFixed(2) : '–'
    return { what, ours: ours.toFixed(2), bare: bare.toFixed(2), ratio, aim: AIMS[what] ?? '–' }
  })
  console.table(table)
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
}
