import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { TEST_CARD_NUMBERS } from '../../src/testing/pages.ts'
import { expect, test } from './support/bank.ts'
import { visitor } from './support/visitor.ts'

async function expectNoViolations(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any screen of the journey, ${colorScheme}`, async ({ page }) => {
    test.slow()
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

/** Somebody who has nothing but a keyboard. */
function typist(page: Page) {
  const goTo = async (target: Locator) => {
    await target.waitFor()
    for (let tabs = 0; tabs < 40; tabs++) {
      if (await target.evaluate((element) => element === document.activeElement)) break
      await page.keyboard.press('Tab')
    }
    await expect(target).toBeFocused()
  }
  return {
    press: async (name: string) => {
      await goTo(page.getByRole('button', { name, exact: true }))
      await page.keyboard.press('Enter')
    },
    type: async (label: string, text: string) => {
      await goTo(page.getByLabel(label))
      await page.keyboard.press('ControlOrMeta+A')
      await page.keyboard.type(text)
    },
  }
}

test('the whole journey works by keyboard alone, and each screen takes the focus', async ({ page }) => {
  test.slow()
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  const { press, type } = typist(page)
  const arrivesAt = (title: string) => expect(page.getByRole('heading', { name: title })).toBeFocused()
  await press('Add debit card')
  await arrivesAt('Set up instant transfers')
  await press('Continue')
  await arrivesAt('About you')
  await press('Continue')
  await expect(page.getByRole('alert')).toBeFocused()
  await type('Last 4 digits of your Social Security number', '4821')
  await page.keyboard.press('Enter')
  await arrivesAt('How to reach you')
  await press('Continue')
  await arrivesAt('Your home address')
  await press('Continue')
  await arrivesAt('Check your answers')
  await press('Send and continue')
  await arrivesAt('Confirm your phone and allow access')
  const opened = page.waitForEvent('popup')
  await press('Continue to Astra')
  const popup = await opened
  await arrivesAt('Finish in the other window')
  await expect(page.getByRole('status')).toHaveText(/^Astra is in a new window/)

  const closed = popup.waitForEvent('close')
  const astra = typist(popup)
  await astra.press('Send code')
  const message = await popup.getByText('your Astra code is').textContent()
  await astra.type('Code', /code is\s+(\d{6})/.exec(message ?? '')?.[1] ?? '')
  await astra.press('Confirm code')
  await astra.press('Authorize')
  await astra.press('Connect New Debit Card')
  await astra.type('Card number', TEST_CARD_NUMBERS.approved)
  await astra.type('Expires', '12/49')
  await astra.type('Security code', '123')
  await astra.type('Street', '18 Harbor View Rd')
  await astra.type('ZIP code', '94607')
  await astra.press('Add card')
  await closed

  await arrivesAt('Your card is added')
  await expect(page.getByRole('status')).toHaveText('You can use it now.')
  await press('Done')
  await expect(page.getByRole('button', { name: 'Add debit card' })).toBeFocused()
})

test('nothing hides what has the focus, in a dialog on a small screen and with the question before it closes', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 480 })
  await visitor(page).comeAs('Rosa Lindqvist: approved at once')
  const { press, type } = typist(page)
  await press('Add debit card')
  await press('Continue')
  await type('First name', 'Rosalind')
  await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').waitFor()
  const seen = new Set<string>()
  // All the way down, and up again.
  for (let tabs = 0; tabs < 24; tabs++) {
    await page.keyboard.press(tabs < 12 ? 'Tab' : 'Shift+Tab')
    const { name, isOnTop } = await page.evaluate(() => {
      const focused = document.activeElement ?? document.body
      const { left, top, width, height } = focused.getBoundingClientRect()
      const there = document.elementFromPoint(left + width / 2, top + height / 2)
      return { name: focused.id || (focused.textContent ?? ''), isOnTop: focused.contains(there) }
    })
    expect(isOnTop, name).toBe(true)
    seen.add(name)
  }
  expect(seen.size).toBeGreaterThan(8)
})
