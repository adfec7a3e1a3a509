import { expect, test } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

const EVERY_ENGINE = { tag: '@every-engine' }

test('a popup that the browser blocks becomes a redirect', EVERY_ENGINE, async ({ page }) => {
  // With the blocker on, as here, one click opens one window: this script of the page's own takes it first.
  await page.addInitScript(() => {
    const takeFirst = (event: Event) => {
      if ((event.target as Element).textContent === 'Continue to Astra') window.open('about:blank', 'another')
    }
    document.addEventListener('click', takeFirst, { capture: true })
  })
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await page.getByRole('button', { name: 'Continue to Astra' }).click()
  await walk(page, ['phone', 'consent', 'card'])
  await person.seesComplete()
})

test('the waiting page can go on in the same window instead', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await person.openPopup()
  await page.getByRole('button', { name: 'Continue here instead' }).click()
  await walk(page, ['phone', 'consent', 'card'])
  await person.seesComplete()
})

test.describe("with a page of the bank's own as redirect URI", () => {
  test.use({ bankOptions: { redirectPage: '/transfer?tab=cards&from=menu' } })

  test('the popup completes there, closes, and leaves the first page in charge', async ({ page }) => {
    const person = visitor(page)
    await person.comeAs('Rosa Lindqvist: approved at once')
    await person.sendProfile()
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
  })

  test('a redirect completes there and keeps the other query parameters', async ({ page }) => {
    await page.addInitScript(() => void (window.open = () => null))
    const person = visitor(page)
    await person.comeAs('Rosa Lindqvist: approved at once')
    await page.goto('/transfer?tab=cards&from=menu')
    await person.fillForm()
    await page.getByRole('button', { name: 'Continue to Astra' }).click()
    await walk(page, ['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(new URL(page.url()).search).toBe('?tab=cards&from=menu')
    await expect(page.getByText('Instant transfers are on.')).toBeVisible()
  })

  test('a redirect that began on another page goes back to it', async ({ page }) => {
    await page.addInitScript(() => void (window.open = () => null))
    const person = visitor(page)
    await person.comeAs('Rosa Lindqvist: approved at once')
    await person.sendProfile()
    await page.getByRole('button', { name: 'Continue to Astra' }).click()
    await walk(page, ['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(new URL(page.url()).pathname).toBe('/')
    expect(new URL(page.url()).search).toBe('')
  })
})

for (const { landing, bankOptions } of [
  { landing: 'the ready-made return page', bankOptions: {} },
  { landing: 'the page itself', bankOptions: { redirectPage: '/settings' } },
]) {
  test.describe(`of two widgets on one page, with a return by ${landing}`, () => {
    test.use({ bankOptions })

    test('the one that sent the person to Astra goes on, whichever it is', async ({ page }) => {
      await page.addInitScript(() => void (window.open = () => null))
      const person = visitor(page)
      const embedded = page.getByRole('heading', { name: 'All set' })
      const dialog = page.getByRole('dialog', { name: 'Add a debit card' })
      await person.comesInvited()
      await person.goByRedirect()
      await walk(page, ['phone', 'consent', 'card'])
      await person.seesComplete()

      await page.goto('/settings')
      await page.getByRole('button', { name: 'Add debit card' }).click()
      await person.goByRedirect()
      await walk(page, ['card'])
      await expect(dialog.getByRole('heading', { name: 'Your card is added' })).toBeVisible()
      await expect(embedded).toHaveCount(0)
      await expect(page).toHaveURL(/\/settings$/)

      await dialog.getByRole('button', { name: 'Close' }).click()
      await page.getByRole('button', { name: 'Expire the whole authorization' }).click()
      await person.finds('/settings', 'Confirm once more')
      await person.goByRedirect()
      await walk(page, ['consent', 'card'])
      await expect(embedded).toBeVisible()
      await expect(dialog).toHaveCount(0)
      await expect(page).toHaveURL(/\/settings$/)
    })
  })
}
