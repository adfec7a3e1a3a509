import type { Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import { visitor } from './support/visitor.ts'

const SSN = 'Last 4 digits of your Social Security number'

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 2, name })

const proceed = (page: Page) => page.getByRole('button', { name: 'Continue', exact: true }).click()

/** From the intro to the third page of the form; the bank knows everything but the SSN. */
async function fillToAddress(page: Page): Promise<void> {
  await heading(page, 'Set up instant transfers').waitFor()
  await proceed(page)
  await page.getByLabel(SSN).fill('4821')
  await proceed(page)
  await heading(page, 'How to reach you').waitFor()
  await proceed(page)
  await heading(page, 'Your home address').waitFor()
}

/**
 * Playwright's own waits for ever when the browser takes the page out of its cache. Not at once: leaving the page must not
 * break the answer to this call.
 */
const goBack = (page: Page) => page.evaluate(() => void setTimeout(() => history.back()))
const goForward = (page: Page) => page.evaluate(() => void setTimeout(() => history.forward()))

test('the browser’s Back and Forward turn the pages, and a router of the host finds itself where it was', async ({
  page,
}) => {
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  await page.goto('/transfer?from=home#form')
  await page.evaluate(() => {
    history.replaceState({ idx: 7 }, '')
    const heard: unknown[] = []
    Object.assign(window, { heard })
    window.addEventListener('popstate', ({ state }) =>
      heard.push(`${location.href.replace(location.origin, '')} ${(state as { idx: number }).idx}`),
    )
  })
  await fillToAddress(page)
  await goBack(page)
  await expect(heading(page, 'How to reach you')).toBeFocused()
  await goBack(page)
  await expect(heading(page, 'About you')).toBeFocused()
  await expect(page.getByLabel(SSN)).toHaveValue('4821')
  await goForward(page)
  await expect(heading(page, 'How to reach you')).toBeFocused()
  await proceed(page)
  await expect(heading(page, 'Your home address')).toBeFocused()
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await expect(heading(page, 'How to reach you')).toBeFocused()
  expect(new URL(page.url()).href).toContain('/transfer?from=home#form')
  expect(await page.evaluate(() => history.state as unknown)).toMatchObject({ idx: 7 })
  await page.evaluate(() => history.pushState({ idx: 8 }, '', '/transfer?from=modal'))
  await goBack(page)
  const heard = await page.evaluate(() => Reflect.get(window, 'heard') as string[])
  expect(heard.length).toBeGreaterThanOrEqual(4)
  expect(new Set(heard)).toEqual(new Set(['/transfer?from=home#form 7']))
  await expect(heading(page, 'How to reach you')).toBeVisible()
})

test('after sending, Back leaves the page at once', async ({ page }) => {
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  await page.goto('/transfer')
  await fillToAddress(page)
  await proceed(page)
  await page.getByRole('button', { name: 'Send and continue' }).click()
  await heading(page, 'Confirm your phone and allow access').waitFor()
  await expect.poll(() => page.evaluate(() => history.state as unknown)).toBeNull()
  await goBack(page)
  await page.getByRole('heading', { name: 'Good morning' }).waitFor()
})

test('who leaves the form half-way and returns begins anew, and Back leaves the page at once', async ({
  page,
}) => {
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  await page.goto('/transfer')
  await fillToAddress(page)
  await page.reload()
  await heading(page, 'Set up instant transfers').waitFor()
  await expect.poll(() => page.evaluate(() => history.state as unknown)).toBeNull()
  await goBack(page)
  await page.getByRole('heading', { name: 'Good morning' }).waitFor()
})

test('Back turns the pages inside the dialog, and closing takes the entries away', async ({ page }) => {
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  await page.getByRole('button', { name: 'Add debit card' }).click()
  await fillToAddress(page)
  await goBack(page)
  await expect(heading(page, 'How to reach you')).toBeFocused()
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await page.getByRole('button', { name: 'Close it' }).click()
  await expect.poll(() => page.evaluate(() => history.state as unknown)).toBeNull()
  await expect(page.getByRole('heading', { name: 'Good morning' })).toBeVisible()
})

for (const [name, use] of Object.entries({
  'at 320 px': { viewport: { width: 320, height: 640 } },
  'at 400 % zoom': { viewport: { width: 320, height: 256 } },
  'on a phone': { viewport: { width: 390, height: 844 } },
})) {
  test.describe(name, () => {
    test.use(use)
    test('no page of the form scrolls sideways, and everything to press is 44 px high', async ({ page }) => {
      await visitor(page).comeAs('Rosa Lindqvist: approved at once')
      await page.goto('/transfer')
      const check = async (title: string) => {
        await heading(page, title).waitFor()
        const widget = page.locator('.astra-onboarding')
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0)
        for (const target of await widget.locator('button, input, select, summary').all())
          expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(43.9)
        for (const input of await widget.locator('input, select').all())
          expect(
            await input.evaluate((one) => parseFloat(getComputedStyle(one).fontSize)),
          ).toBeGreaterThanOrEqual(16)
      }
      await check('Set up instant transfers')
      await proceed(page)
      await check('About you')
      await proceed(page)
      await page.getByRole('alert').waitFor()
      await check('About you')
      await page.getByLabel(SSN).fill('4821')
      await proceed(page)
      await page.getByLabel('E-mail address').fill('rosa@gmial.com')
      await check('How to reach you')
      await proceed(page)
      await check('Your home address')
      await proceed(page)
      await check('Check your answers')
    })
  })
}
