import { expect, test } from '@playwright/test'
import { serveGallery } from '../gallery/visit.mjs'
import { visitHost } from './support/host-page.ts'

test('a widget that cannot be downloaded is said to be so, and comes when it is tried again', async ({
  page,
}) => {
  const uncaught: string[] = []
  page.on('pageerror', ({ message }) => uncaught.push(message))
  await serveGallery(page)
  let isOffline = true
  await page.route('**/AstraOnboarding-*.js', (route) => (isOffline ? route.abort() : route.fallback()))
  await visitHost(page, [])

  const opener = page.getByRole('button', { name: 'Add debit card' })
  await opener.click()
  const dialog = page.getByRole('dialog', { name: 'Add a debit card' })
  const notice = dialog.getByRole('alert')
  await expect(notice).toContainText('This could not be loaded. Check your connection, then try again.')
  await notice.getByRole('button', { name: 'Try again' }).click()
  await expect(notice).toBeVisible()

  // Closed meanwhile, and pressed again.
  await dialog.getByRole('button', { name: 'Close' }).click()
  await expect(dialog).toBeHidden()
  isOffline = false
  await opener.click()
  await expect(dialog.getByRole('heading', { name: 'Set up instant transfers' })).toBeVisible()
  expect(uncaught).toEqual([])
})

test('"Try again" brings the widget once the connection is back', async ({ page }) => {
  await serveGallery(page)
  let isOffline = true
  await page.route('**/AstraOnboarding-*.js', (route) => (isOffline ? route.abort() : route.fallback()))
  await visitHost(page, [])
  await page.getByRole('button', { name: 'Add debit card' }).click()
  const retry = page.getByRole('alert').getByRole('button', { name: 'Try again' })
  await retry.waitFor()
  isOffline = false
  await retry.click()
  await expect(page.getByRole('heading', { name: 'Set up instant transfers' })).toBeVisible()
})
