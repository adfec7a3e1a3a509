import { readFileSync } from 'node:fs'
import { hostedPage, onboardingPage, playwright } from '../../src/testing/pages.ts'
import { expect, test } from './support/bank.ts'
import { visitor } from './support/visitor.ts'

test.beforeEach(({ page }) => visitor(page).comeAs('Rosa Lindqvist: approved at once'))

test('a customer adds a card', async ({ page }) => {
  await page.goto('/')
  const onboarding = onboardingPage(playwright(page))
  await onboarding.addCard()
  await onboarding.fillProfile({ email: `rosa+${Date.now()}@example.com` })
  await onboarding.send()
  const popup = page.waitForEvent('popup')
  await onboarding.openAstra()
  const astra = hostedPage(playwright(await popup))
  await astra.confirmPhone()
  await astra.allowAccess()
  await astra.addCard('approved')
  await onboarding.see('complete/card')
})

test('is what the README shows, line by line', () => {
  const [, shown = ''] =
    /import { test } from '@playwright\/test'\n[^]*?\n\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ??
    []
  const lines = shown
    .replace("'http://localhost:3000/cards'", "'/'")
    .split('\n')
    .map((line) => line.replace(/ *\/\/ .*/, ''))
    .filter(Boolean)
  expect(lines.length).toBeGreaterThan(10)
  const [above = ''] = readFileSync('test/e2e/readme.spec.ts', 'utf8').split("test('is what")
  expect(above.split('\n').filter((line) => lines.includes(line))).toEqual(lines)
})
