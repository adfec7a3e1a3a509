import { defineConfig } from '@playwright/test'
import type { Project } from '@playwright/test'
import { ensureBrowsers, findBrowser } from './test/support/browsers.mjs'

// Playwright's defaults make browsers easier than they are: no popup blocker, no back/forward cache, unpartitioned
// storage, timers that a background window keeps. A person's browser has all of these, and the popup meets them.
const chromiumAt = (executablePath: string) => ({
  browserName: 'chromium' as const,
  launchOptions: {
    executablePath,
    ignoreDefaultArgs: [
      '--disable-popup-blocking',
      '--disable-back-forward-cache',
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The last one counts: takes the place of Playwright's long list, which has ThirdPartyStoragePartitioning in it. Without
      // the two at the end each window loads pages of the browser's own for its address bar: two thirds of what it costs.
      '--disable-features=HttpsUpgrades,MediaRouter,OptimizationHints,PaintHolding,Translate,WebUIOmniboxPopup,WebUIOmniboxAimPopup',
    ],
  },
})

const chromiumPath = ensureBrowsers('chromium')[0] ?? ''
// The same engine without what is around a page: half the time. It has no popup blocker and no back/forward cache.
const shellPath = findBrowser('shell') ?? chromiumPath
const AROUND_THE_PAGE = /(closed-popup|engines|launch|memory|opener|opening|return-page|windows)\.spec\.ts$/

const firefoxPath = findBrowser('firefox')
if (!firefoxPath) console.warn('Firefox is missing: its tests are left out. FIREFOX may name its path.')

const firefox: Project['use'] = {
  browserName: 'firefox',
  // Stock Firefox, over WebDriver BiDi.
  channel: 'moz-firefox',
  launchOptions: {
    executablePath: firefoxPath ?? '',
    firefoxUserPrefs: {
      'dom.disable_open_during_load': true,
      'dom.min_background_timeout_value': 1000,
      'dom.timeout.enable_budget_timer_throttling': true,
    },
  },
}

export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results/playwright',
  reporter: process.env['PLAYWRIGHT_JSON']
    ? [['line'], ['json', { outputFile: process.env['PLAYWRIGHT_JSON'] }]]
    : 'line',
  // On two cores: windows are waited for, and a third test uses the time.
  workers: 3,
  fullyParallel: true,
  timeout: 60_000,
  // Once more, and counted as "flaky" in the last line: on two cores with a browser each, a driver may lose its page.
  retries: 1,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  use: { trace: 'on-first-retry' },
  projects: [
    { name: 'chromium', use: chromiumAt(chromiumPath), testMatch: AROUND_THE_PAGE },
    { name: 'chromium-shell', use: chromiumAt(shellPath), testIgnore: AROUND_THE_PAGE },
    ...(firefoxPath ? [{ name: 'firefox', use: firefox, timeout: 120_000, grep: /@every-engine/ }] : []),
  ],
})
