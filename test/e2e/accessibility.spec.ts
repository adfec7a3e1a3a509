import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import { visitor } from './support/visitor.ts'

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any screen of the journey, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const person = visitor(page)
    const continues = () => page.getByRole('button', { name: 'Continue' }).click()
    await person.comeAs('Rosa Lindqvist: approved at once')
    await expectNoViolations(page)
    await page.getByRole('button', { name: 'Add debit card' }).click()
    await page.getByRole('heading', { name: 'Set up instant transfers' }).waitFor()
    await expectNoViolations(page)
    await continues()
    await continues()
    await page.getByRole('heading', { name: 'There is a problem' }).waitFor()
    await expectNoViolations(page)
    await page.getByLabel('Last 4 digits of your Social Security number').fill('4821')
    await continues()
    await page.getByRole('heading', { name: 'How to reach you' }).waitFor()
    await expectNoViolations(page)
    await continues()
    await page.getByRole('heading', { name: 'Your home address' }).waitFor()
    await expectNoViolations(page)
    await continues()
    await page.getByRole('heading', { name: 'Check your answers' }).waitFor()
    await expectNoViolations(page)
    await page.getByRole('button', { name: 'Send and continue' }).click()
    await page.getByRole('heading', { name: 'Confirm your phone and allow access' }).waitFor()
    await expectNoViolations(page)
    const popup = await person.openPopup()
    await expectNoViolations(page)
    await popup.getByRole('button', { name: 'Send code' }).waitFor()
    await expectNoViolations(popup)
  })
}

test('the whole journey works by keyboard alone', async ({ page }) => {
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  const press = async (name: string) => {
    const button = page.getByRole('button', { name })
    await button.waitFor()
    for (let tabs = 0; tabs < 40; tabs++) {
      if (await button.evaluate((element) => element === document.activeElement)) break
      await page.keyboard.press('Tab')
    }
    await expect(button).toBeFocused()
    await page.keyboard.press('Enter')
  }
  await press('Add debit card')
  await press('Continue')
  await expect(page.getByRole('heading', { name: 'About you' })).toBeFocused()
  const ssn = page.getByLabel('Last 4 digits of your Social Security number')
  for (
    let tabs = 0;
    tabs < 20 && !(await ssn.evaluate((input) => input === document.activeElement));
    tabs++
  ) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.type('4821')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'How to reach you' })).toBeFocused()
  await press('Continue')
  await press('Continue')
  await expect(page.getByRole('heading', { name: 'Check your answers' })).toBeFocused()
  await press('Send and continue')
  const opened = page.waitForEvent('popup')
  await press('Continue to Astra')
  await opened
  await expect(page.getByRole('heading', { name: 'Finish in the other window' })).toBeFocused()
})
