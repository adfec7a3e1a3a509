import { expect, test } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

test('a popup that the browser blocks becomes a redirect', async ({ page }) => {
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
