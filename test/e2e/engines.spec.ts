import { expect, test } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

// The core journeys, in every engine that Playwright drives here; test/webkit has them for the third. The one from the form
// to the end in a popup is in policy.spec.ts.

const EVERY_ENGINE = { tag: '@every-engine' }

test(
  'a person is onboarded by redirect; the address is clean afterwards, and Back meets no return page',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    await page.addInitScript(() => void (window.open = () => null))
    const person = visitor(page)
    await person.comesInvited()
    await person.goByRedirect()
    await walk(page, ['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(new URL(page.url()).search).toBe('')
    await expect(page.getByText('Instant transfers are on.')).toBeVisible()
    await page.evaluate(() => void setTimeout(() => history.back()))
    await expect
      .poll(() => page.evaluate(() => location.href).catch(() => null))
      .toContain(`${bank.simulatorOrigin}/`)
    expect(await bank.count(/^astra POST \/v1\/oauth\/token$/)).toBe(1)
  },
)

test('a dead authorization is renewed', EVERY_ENGINE, async ({ page }) => {
  const person = visitor(page)
  await person.comesInvited()
  await person.authorizeInPopup(['phone', 'consent', 'card'])
  await person.seesComplete()
  await page.goto('/settings')
  const reloaded = page.waitForEvent('load')
  await page.getByRole('button', { name: 'Expire the whole authorization' }).click()
  await reloaded
  await person.finds('/settings', 'Confirm once more')
  await person.authorizeInPopup(['consent', 'card'])
  await person.seesComplete()
})

test.describe("with a page of the bank's own as redirect URI, in every engine", EVERY_ENGINE, () => {
  test.use({ bankOptions: { redirectPage: '/transfer' } })

  test('the popup completes there and closes', async ({ page }) => {
    const person = visitor(page)
    await person.comesInvited()
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
  })

  test('a redirect completes there', async ({ page }) => {
    await page.addInitScript(() => void (window.open = () => null))
    const person = visitor(page)
    await person.comesInvited()
    await person.goByRedirect()
    await walk(page, ['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(new URL(page.url()).search).toBe('')
  })
})
