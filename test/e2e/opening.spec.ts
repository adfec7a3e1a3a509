import type { Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import type { Bank } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

const EVERY_ENGINE = { tag: '@every-engine' }

test(
  'a proxy that takes six seconds does not get the popup blocked, as one opened that late would be',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    // Shows that the blocker is on: nobody has clicked when this window is asked for.
    await page.addInitScript(() => {
      const asked = window as { late?: string }
      if (location.pathname === '/transfer') asked.late = window.open('about:blank') ? 'opened' : 'blocked'
    })
    const person = visitor(page)
    await person.comesInvited()
    expect(await page.evaluate(() => (window as { late?: string }).late)).toBe('blocked')
    await bank.interfere({ delays: [{ on: 'bank POST .*/flows$', ms: 6_000 }] })
    const opened = page.waitForEvent('popup')
    await page.getByRole('button', { name: 'Continue to Astra' }).click()
    const popup = await opened
    await expect(popup.getByText('Loading…')).toBeVisible()
    expect(await bank.count(/GET .*\/start$/)).toBe(0)
    await popup.waitForURL(/127\.0\.0\.1/)
    const closed = popup.waitForEvent('close')
    await walk(popup, ['phone', 'consent', 'card'])
    await closed
    await person.seesComplete()
  },
)

test(
  'a popup that was opened for nothing, because the proxy fails, is closed again',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    await bank.interfere({ answers: [{ on: 'bank POST .*/flows$', status: 500, body: '<h1>Oops</h1>' }] })
    const opened = page.waitForEvent('popup')
    await page.getByRole('button', { name: 'Continue to Astra' }).click()
    const popup = await opened
    if (!popup.isClosed()) await popup.waitForEvent('close')
    await expect(page.getByRole('alert')).toHaveText(
      'This cannot be done just now. Wait a moment, then try again.',
    )
    await bank.interfere({})
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
  },
)

test('a popup that is closed before it has an address mints nothing, and leaves the button', async ({
  page,
  bank,
}) => {
  const person = visitor(page)
  await person.comesInvited()
  await bank.interfere({ delays: [{ on: 'bank POST .*/flows$', ms: 1_500 }] })
  const opened = page.waitForEvent('popup')
  await page.getByRole('button', { name: 'Continue to Astra' }).click()
  await (await opened).close()
  await expect(page.getByRole('button', { name: 'Continue to Astra' })).toBeVisible()
  expect(await bank.count(/GET .*\/start$/)).toBe(0)
})

/** Goes to Astra where `window.open` answers in the way of an in-app browser, or of iOS. */
async function goesByRedirect(page: Page, bank: Bank): Promise<void> {
  const person = visitor(page)
  await person.comesInvited()
  await person.goByRedirect()
  await walk(page, ['phone', 'consent', 'card'])
  await person.seesComplete()
  expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
}

for (const [answer, open] of [
  ['null', () => void (window.open = () => null)],
  ['undefined', () => void (window.open = (() => {}) as () => null)],
] as const) {
  test(`a window.open that answers ${answer} becomes a redirect, with nothing typed again`, async ({
    page,
    bank,
  }) => {
    await page.addInitScript(open)
    await goesByRedirect(page, bank)
  })
}

test(
  'a window.open that answers the page itself becomes a redirect, with nothing typed again',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    await page.addInitScript(() => void (window.open = () => window))
    await goesByRedirect(page, bank)
  },
)

test('the browser of another app gets a redirect without a popup being tried', async ({ browser, bank }) => {
  const userAgent =
    'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/520.0]'
  const page = await browser.newPage({ userAgent, baseURL: bank.origin })
  let popups = 0
  page.on('popup', () => popups++)
  const person = visitor(page)
  await person.comesInvited()
  await person.goByRedirect()
  expect(popups).toBe(0)
  await page.close()
})
