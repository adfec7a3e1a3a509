import { expect, test } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

test('somebody approved at once adds a card in a popup', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await person.authorizeInPopup(['phone', 'consent', 'card'])
  await person.seesComplete()
  await page.getByRole('button', { name: 'Close' }).click()
  await expect(page.getByText(/VISA ending in \d{4}/)).toBeVisible()
})

test('somebody approved at once adds a card by redirect, and the dialog opens again by itself', async ({
  page,
}) => {
  const person = visitor(page)
  await page.setViewportSize({ width: 390, height: 800 })
  await page.addInitScript(() => {
    // A phone: no mouse.
    const real = window.matchMedia.bind(window)
    window.matchMedia = (query) =>
      query === '(pointer: coarse)' ? ({ matches: true } as MediaQueryList) : real(query)
  })
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await page.getByRole('button', { name: 'Continue to Astra' }).click()
  await walk(page, ['phone', 'consent', 'card'])
  await person.seesComplete()
  expect(new URL(page.url()).search).toBe('')
  await page.getByRole('button', { name: 'Close' }).click()
  await expect(page.getByText(/VISA ending in \d{4}/)).toBeVisible()
})

test('somebody pending waits, then goes on', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Pending Okafor: pending for some seconds, then approved')
  await person.sendProfile()
  await expect(page.getByRole('heading', { name: 'Checking your details' })).toBeVisible()
  await person.authorizeInPopup(['phone', 'consent', 'card'])
  await person.seesComplete()
})

test('somebody pending for long may go on meanwhile, and waits again afterwards', async ({ page, bank }) => {
  const person = visitor(page)
  await person.comeAs('Slow Martin: pending for a minute and a half')
  await person.sendProfile()
  await bank.interfere({ clockAhead: 11_000 })
  const opened = page.waitForEvent('popup')
  await page.getByRole('button', { name: 'Continue to Astra' }).click({ timeout: 30_000 })
  const popup = await opened
  const closed = popup.waitForEvent('close')
  await walk(popup, ['phone', 'consent', 'card'])
  await closed
  await expect(page.getByRole('heading', { name: 'Checking your details' })).toBeVisible()
})

test('somebody who has sent a wrong detail sends all of them again before going on', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await page.getByRole('button', { name: 'Correct my details' }).click()
  await expect(page.getByRole('heading', { name: 'About you' })).toBeFocused()
  await page.getByLabel('Last 4 digits of your Social Security number').fill('4822')
  for (const title of ['How to reach you', 'Your home address', 'Check your answers']) {
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: title }).waitFor()
  }
  await page.getByRole('button', { name: 'Send and continue' }).click()
  await person.authorizeInPopup(['phone', 'consent', 'card'])
  await person.seesComplete()
})

test('somebody in retry corrects a detail', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Retry Ivers: has to correct a detail')
  await person.sendProfile()
  await person.authorizeInPopup(['phone', 'correction', 'consent', 'card'])
  await person.seesComplete()
})

test('somebody in document sends a photo ID', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Document Sato: has to send a photo ID')
  await person.sendProfile()
  await person.authorizeInPopup(['phone', 'document', 'consent', 'card'])
  await person.seesComplete()
})

test('somebody corrects a detail, then sends a photo ID', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Retry-Document Ng: a correction, then a photo ID')
  await person.sendProfile()
  await person.authorizeInPopup(['phone', 'correction', 'document', 'consent', 'card'])
  await person.seesComplete()
})

for (const [person, title] of [
  ['Rejected Doe: rejected', 'Your identity could not be confirmed'],
  ['Suspended Roe: suspended', 'Your account with Astra is suspended'],
] as const) {
  test(`${person}: is told so and never sent to Astra`, async ({ page, bank }) => {
    const visited: string[] = []
    page.on('request', (request) => visited.push(request.url()))
    const somebody = visitor(page)
    await somebody.comeAs(person)
    await somebody.sendProfile()
    await expect(page.getByRole('heading', { name: title })).toBeVisible()
    await expect(page.getByText(/^Reference [0-9A-F]{8}$/)).toBeVisible()
    await expect(page.getByRole('link', { name: 'Contact support' })).toBeVisible()
    expect(visited.filter((url) => url.startsWith(bank.simulatorOrigin))).toEqual([])
  })
}

test('somebody who left after the SMS code comes back without typing anything again', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  const popup = await person.openPopup()
  await walk(popup, ['phone'])
  await popup.getByRole('button', { name: 'Authorize' }).waitFor()
  await popup.close()
  await person.finds('/transfer', 'Confirm once more')
  await person.authorizeInPopup(['consent', 'card'])
  await person.seesComplete()
  await expect(page.getByText('Instant transfers are on.')).toBeVisible()
})

test('an expired access token is refreshed without anybody noticing', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await person.authorizeInPopup(['phone', 'consent', 'card'])
  await person.seesComplete()
  await page.goto('/settings')
  // The page loads itself anew afterwards, and would cut the next navigation off.
  const reloaded = page.waitForEvent('load')
  await page.getByRole('button', { name: 'Expire the access token' }).click()
  await reloaded
  await expect(page.getByRole('definition').filter({ hasText: 'yes' })).toBeVisible()
  await page.goto('/transfer')
  await person.seesComplete()
})

test('a dead authorization launches the widget by itself, and is renewed', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await person.authorizeInPopup(['phone', 'consent', 'card'])
  await person.seesComplete()
  await page.goto('/settings')
  await expect(page.getByRole('definition').filter({ hasText: 'complete' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Confirm once more' })).toBeHidden()
  await page.getByRole('button', { name: 'Expire the whole authorization' }).click()
  await person.finds('/settings', 'Confirm once more')
  await person.authorizeInPopup(['consent', 'card'])
  await person.seesComplete()
  await expect(page.getByRole('definition').filter({ hasText: 'yes' })).toBeVisible()
})

for (const [person, title, deed] of [
  [
    'Slow-Retry Haas: goes on while the check runs, then has to correct a detail',
    'Correct your details',
    'correction',
  ],
  [
    'Slow-Document Abe: goes on while the check runs, then has to send a photo ID',
    'Send a photo of your ID',
    'document',
  ],
] as const) {
  test(`${title}: a person who went on while the check ran is led there by auto-launch, and back`, async ({
    page,
    bank,
  }) => {
    const somebody = visitor(page)
    await somebody.comeAs(person)
    await somebody.sendProfile()
    await bank.interfere({ clockAhead: 11_000 })
    await somebody.authorizeInPopup(['phone', 'consent', 'card'], 'Continue to Astra')
    await bank.interfere({ clockAhead: 90_000 })
    await somebody.finds('/settings', title)
    await somebody.authorizeInPopup([deed])
    await somebody.seesComplete()
  })
}

test('somebody whose photo ID is looked at is told to come back tomorrow, and may send another', async ({
  page,
  bank,
}) => {
  const person = visitor(page)
  await person.comeAs('Slow-Document-Review Ito: sends a photo ID that somebody has to look at')
  await person.sendProfile()
  await bank.interfere({ clockAhead: 11_000 })
  await person.authorizeInPopup(['phone', 'consent', 'card'], 'Continue to Astra')
  await bank.interfere({ clockAhead: 90_000 })
  await person.finds('/settings', 'Send a photo of your ID')
  await person.authorizeInPopup(['document'])
  const checked = page.getByRole('heading', { name: 'Your photo ID is being checked' })
  await expect(checked).toBeVisible()
  await expect(page.getByText('You can close this page and come back tomorrow.')).toBeVisible()
  await page.goto('/transfer')
  await expect(checked).toBeVisible()
  await person.authorizeInPopup(['document'], 'Send a photo again')
  await expect(checked).toBeVisible()
})

test('nothing is lost when the server is killed and started again', async ({ page, bank }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  const popup = await person.openPopup()
  await bank.restart()
  const closed = popup.waitForEvent('close')
  await walk(popup, ['phone', 'consent', 'card'])
  await closed
  await person.seesComplete()
  await bank.restart()
  await page.goto('/transfer')
  await person.seesComplete()
})

test('a refusal of consent leads back to the invitation', async ({ page }) => {
  const person = visitor(page)
  await person.comeAs('Rosa Lindqvist: approved at once')
  await person.sendProfile()
  await person.authorizeInPopup(['cancel'])
  await expect(page.getByText('You came back before everything was finished. You can go on.')).toBeVisible()
  await person.authorizeInPopup(['phone', 'consent', 'card'])
  await person.seesComplete()
})

test.describe('when Astra does not echo state', () => {
  test.use({ bankOptions: { simulator: { echoState: false, codeParameter: 'code' } } })

  test('the flow is found by the browser', async ({ page }) => {
    const person = visitor(page)
    await person.comeAs('Rosa Lindqvist: approved at once')
    await person.sendProfile()
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
  })
})
