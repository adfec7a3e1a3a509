import type { Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import type { Bank } from './support/bank-process.ts'
import { visitor, walk } from './support/visitor.ts'

const EVERY_ENGINE = { tag: '@every-engine' }

/** A page that closes itself is not one that Playwright can wait for: `goto` breaks over the answer that went with it. */
async function sendTo(popup: Page, address: string): Promise<void> {
  const closed = popup.waitForEvent('close')
  await popup.evaluate((to) => void setTimeout(() => location.assign(to)), address)
  await closed
}

const exchanges = (bank: Bank) => bank.count(/^astra POST \/v1\/oauth\/token$/)

/** Goes through Astra in a popup and stops it on the way back; answers the popup and where it was sent. */
async function stopBeforeReturn(page: Page, bank: Bank): Promise<{ popup: Page; address: string }> {
  const popup = await visitor(page).openPopup()
  await bank.interfere({ answers: [{ on: 'bank GET /api/astra/return', status: 200, body: 'stopped' }] })
  await walk(popup, ['phone', 'consent', 'card'])
  await popup.waitForURL('**/api/astra/return?*')
  await bank.interfere({})
  return { popup, address: popup.url() }
}

test(
  'a return page that stays open and is loaded again, five times, exchanges the code once and says the same',
  EVERY_ENGINE,
  async ({ page, context, bank }) => {
    // As in a window that the browser does not let a script close.
    await context.addInitScript(() => void (window.close = () => {}))
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    await walk(popup, ['phone', 'consent', 'card'])
    await expect(popup.getByRole('heading', { name: 'Done' })).toBeVisible()
    for (let time = 0; time < 5; time++) {
      await popup.reload()
      await expect(popup.getByRole('link', { name: 'continue here' })).toBeVisible()
    }
    await person.seesComplete()
    expect(await exchanges(bank)).toBe(1)
    expect(await bank.count(/flows\/complete$/)).toBe(1)
  },
)

test('a return page that is loaded again does not end the flow of another window', async ({
  page,
  context,
  bank,
}) => {
  await context.addInitScript(() => void (window.close = () => {}))
  const person = visitor(page)
  await person.comesInvited()
  const first = await person.openPopup()
  await walk(first, ['cancel'])
  await expect(first.getByRole('heading', { name: 'Done' })).toBeVisible()
  await person.openPopup()
  await first.reload()
  await expect(first.getByRole('heading', { name: 'Done' })).toBeVisible()
  expect(await bank.count(/flows\/complete$/)).toBe(1)
  await page.reload()
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('going back after a redirect meets neither the return page nor a second exchange', async ({
  page,
  bank,
}) => {
  await page.addInitScript(() => void (window.open = () => null))
  const person = visitor(page)
  await person.comesInvited()
  await person.goByRedirect()
  await walk(page, ['phone', 'consent', 'card'])
  await person.seesComplete()
  const session = await page.context().newCDPSession(page)
  const { entries } = await session.send('Page.getNavigationHistory')
  expect(entries.map(({ url }) => new URL(url).pathname)).not.toContain('/api/astra/return')
  const previous = entries.at(-2)
  await session.send('Page.navigateToHistoryEntry', { entryId: previous?.id ?? 0 })
  await expect.poll(() => page.url()).toMatch(/127\.0\.0\.1/)
  expect(await exchanges(bank)).toBe(1)
})

test('link scanners and prefetches that get the return address use nothing up', async ({ page, bank }) => {
  const person = visitor(page)
  await person.comesInvited()
  const { popup, address } = await stopBeforeReturn(page, bank)
  for (const headers of [{}, { purpose: 'prefetch', 'sec-purpose': 'prefetch' }]) {
    for (let time = 0; time < 5; time++) {
      const response = await page.request.get(address, { headers })
      expect(response.status()).toBe(200)
    }
  }
  expect(await exchanges(bank)).toBe(0)
  await sendTo(popup, address)
  await person.seesComplete()
})

test(
  'a return that lands in another browser is refused with a reason, and is still good in the right one',
  EVERY_ENGINE,
  async ({ page, browser, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const { popup, address } = await stopBeforeReturn(page, bank)
    const other = await browser.newPage()
    await other.goto(address)
    await expect(
      other.getByRole('heading', { name: 'This window does not know what you started' }),
    ).toBeVisible()
    expect(other.url()).not.toContain('code')
    expect(await exchanges(bank)).toBe(0)
    await other.close()
    await sendTo(popup, address)
    await person.seesComplete()
  },
)

test(
  'whatever the address of the return page says beside our state is neither believed nor shown',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const { popup, address } = await stopBeforeReturn(page, bank)
    const state = new URL(address).searchParams.get('state') ?? ''
    const come = async (query: string) => {
      await popup.goto(`${bank.origin}/api/astra/return?${query}`)
      return popup.getByRole('heading')
    }
    for (const query of [
      `authorization_code=a&authorization_code=b&state=${state}`,
      `authorization_code=a&code=b&state=${state}`,
      `authorization_code=a&state=${state}&state=${state}`,
      `error=access_denied&authorization_code=a&state=${state}`,
    ]) {
      await expect(await come(query)).toHaveText('This did not work')
    }
    await expect(await come('state=astra.unknown.state')).toHaveText(
      'This window does not know what you started',
    )
    expect(await exchanges(bank)).toBe(0)
    const text = encodeURIComponent('<h1>Call 555-0199</h1>')
    await sendTo(popup, `${bank.origin}/api/astra/return?error=odd&error_description=${text}&state=${state}`)
    await expect(page.getByRole('alert')).toHaveText(
      'You came back before everything was finished. You can go on.',
    )
    await expect(page.getByText('555-0199')).toHaveCount(0)
  },
)

test(
  'a connection that is gone when the return page posts comes back in time',
  EVERY_ENGINE,
  async ({ page, context, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    await walk(popup, ['phone', 'consent'])
    await context.route('**/flows/complete', async (route) => {
      await context.setOffline(true)
      await route.abort('internetdisconnected')
      await context.unroute('**/flows/complete')
    })
    await popup.getByRole('button', { name: 'Not now' }).click({ noWaitAfter: true })
    await expect(popup.getByRole('heading', { name: 'Waiting for a connection…' })).toBeVisible()
    await expect(
      page.getByText('You are offline. This page goes on by itself when the connection is back.'),
    ).toBeVisible()
    const closed = popup.waitForEvent('close')
    await context.setOffline(false)
    await closed
    await person.seesComplete()
    await expect(page.getByText('You are offline.')).toHaveCount(0)
    expect(await exchanges(bank)).toBe(1)
  },
)

test('a proxy that is restarted while the return page posts gets the return all the same', async ({
  page,
  bank,
}) => {
  const person = visitor(page)
  await person.comesInvited()
  const popup = await person.openPopup()
  await walk(popup, ['phone', 'consent'])
  await bank.interfere({ answers: [{ on: 'flows/complete', status: 503 }] })
  await popup.getByRole('button', { name: 'Not now' }).click({ noWaitAfter: true })
  await expect(popup.getByText('The app is not answering. Keep this window open.')).toBeVisible()
  const closed = popup.waitForEvent('close')
  await bank.interfere({})
  await closed
  await person.seesComplete()
})

test(
  'a person who takes more than an hour at Astra starts again with the same intent',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    await walk(popup, ['phone', 'consent'])
    await bank.interfere({ clockAhead: 61 * 60 * 1000 })
    const closed = popup.waitForEvent('close')
    await walk(popup, ['card'])
    await closed
    await expect(page.getByRole('alert')).toHaveText(
      'That took longer than an hour, so it has to be started again.',
    )
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
  },
)

test.describe('with a code that lives for two seconds', () => {
  test.use({ bankOptions: { simulator: { codeLifetimeSeconds: 2 } } })

  test(
    'a phone that slept before the return page posted starts again with the same intent',
    EVERY_ENGINE,
    async ({ page, bank }) => {
      const person = visitor(page)
      await person.comesInvited()
      const popup = await person.openPopup()
      await walk(popup, ['phone', 'consent'])
      await bank.interfere({ delays: [{ on: 'flows/complete', ms: 3_000 }] })
      const closed = popup.waitForEvent('close')
      await walk(popup, ['card'])
      await closed
      await expect(page.getByRole('alert')).toContainText('That did not work. Start again; nothing was lost.')
      await bank.interfere({})
      await person.openPopup()
      expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
    },
  )
})

test.describe('when Astra says that consent was refused', () => {
  test.use({ bankOptions: { simulator: { decline: 'access_denied' } } })

  test('the person is told that they did not give permission, and may', async ({ page }) => {
    const person = visitor(page)
    await person.comesInvited()
    await person.authorizeInPopup(['cancel'])
    await expect(page.getByRole('alert')).toHaveText(
      'You did not give permission. Nothing was changed; you can still do it.',
    )
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
  })
})
