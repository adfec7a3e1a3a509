import type { Page } from '@playwright/test'
import { expect, test } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

const EVERY_ENGINE = { tag: '@every-engine' }

/** A page that will know whether it came out of the cache. */
const watchForCache = (page: Page) =>
  page.evaluate(() => {
    const frozen = window as { restored?: boolean }
    addEventListener('pageshow', ({ persisted }) => (frozen.restored = persisted))
  })

/** For Firefox's driver the way back never ends: whatever waits for it, as locators do, would wait forever. */
async function goBackToCache(page: Page): Promise<void> {
  await page.evaluate(() => void setTimeout(() => history.back()))
  await expect
    .poll(() => page.evaluate(() => (window as { restored?: boolean }).restored).catch(() => null))
    .toBe(true)
}

test(
  'the page that Back brings out of the cache has its button back',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    await page.addInitScript(() => void (window.open = () => null))
    const person = visitor(page)
    await person.comesInvited()
    await watchForCache(page)
    await person.goByRedirect()
    await goBackToCache(page)
    const clicked = () =>
      page.evaluate(() => {
        const button = document.querySelector<HTMLElement>('.astra-button[aria-disabled="false"]')
        button?.click()
        return button?.textContent
      })
    await expect.poll(clicked).toBe('Continue to Astra')
    await expect.poll(() => bank.count(/^astra GET \/login\/oauth\/authorize$/)).toBe(2)
  },
)

test(
  'the page that Back brings out of the cache has no Social Security number any more',
  EVERY_ENGINE,
  async ({ page }) => {
    const person = visitor(page)
    await person.comeAs('Rosa Lindqvist: approved at once')
    await page.goto('/transfer')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByLabel('Last 4 digits of your Social Security number').fill('4821')
    const typed = () =>
      page.evaluate(() => {
        const labels = [...document.querySelectorAll('label')]
        const label = labels.find(({ textContent }) => textContent?.startsWith('Last 4 digits'))
        return (label?.control as HTMLInputElement | null)?.value
      })
    expect(await typed()).toBe('4821')
    await watchForCache(page)
    await page.goto('/settings')
    await goBackToCache(page)
    await expect.poll(typed).toBe('')
  },
)

test('a page that the phone froze behind the popup catches up when it wakes', async ({ page, context }) => {
  const person = visitor(page)
  await person.comesInvited()
  const popup = await person.openPopup()
  const session = await context.newCDPSession(page)
  await session.send('Page.setWebLifecycleState', { state: 'frozen' })
  const closed = popup.waitForEvent('close')
  await walk(popup, ['phone', 'consent', 'card'])
  await closed
  await session.send('Page.setWebLifecycleState', { state: 'active' })
  await person.seesComplete()
})

test(
  'a page that was closed meanwhile finds everything done when it is opened again',
  EVERY_ENGINE,
  async ({ page, context }) => {
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    await page.close()
    const closed = popup.waitForEvent('close')
    await walk(popup, ['phone', 'consent', 'card'])
    await closed
    const again = await context.newPage()
    await again.goto('/transfer')
    await visitor(again).seesComplete()
  },
)

test(
  'two tabs that finish in reverse order each get their own result',
  EVERY_ENGINE,
  async ({ page, context, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const other = await context.newPage()
    await other.goto('/transfer')
    const [first, second] = [await person.openPopup(), await visitor(other).openPopup()]
    const closed = second.waitForEvent('close')
    await walk(second, ['phone', 'consent', 'card'])
    await closed
    await visitor(other).seesComplete()
    const firstClosed = first.waitForEvent('close')
    await walk(first, ['phone', 'consent', 'card'])
    await firstClosed
    await person.seesComplete()
    expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
  },
)

test(
  'Escape in the dialog closes its window, too, and stops the asking; the same intent goes on',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    await page.goto('/')
    await page.getByRole('button', { name: 'Add debit card' }).click()
    const popup = await person.openPopup()
    await page.bringToFront()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect.poll(() => popup.isClosed()).toBe(true)
    const asked = await bank.count(/^bank GET .*\/status$/)
    await page.waitForTimeout(2_500)
    expect(await bank.count(/^bank GET .*\/status$/)).toBe(asked)
    await page.getByRole('button', { name: 'Add debit card' }).click()
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
    expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
  },
)

test('Escape in the dialog, again and again, loses nothing that was typed', async ({ page }) => {
  await page.goto('/')
  await page.getByRole('button', { name: 'Add debit card' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('First name').fill('Rosalind')
  for (let time = 0; time < 3; time++) await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').getByRole('button', { name: 'Keep typing' }).click()
  await expect(page.getByLabel('First name')).toHaveValue('Rosalind')
})

test(
  'storage and channels that throw, as in some private windows, are not needed',
  EVERY_ENGINE,
  async ({ page, context }) => {
    await context.addInitScript(() => {
      const forbidden = () => {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      }
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
        Object.defineProperty(window, name, { get: forbidden })
      }
      window.BroadcastChannel = forbidden as unknown as typeof BroadcastChannel
    })
    const person = visitor(page)
    await person.comesInvited()
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.seesComplete()
  },
)

test(
  'a thousand forged messages cost a few requests and change nothing',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    const before = await bank.count(/^bank GET .*\/status$/)
    await page.evaluate((stranger) => {
      const forged = { type: 'astra-onboarding', flow: 'forged', outcome: { state: 'authorized' }, code: 'c' }
      for (let time = 0; time < 1_000; time++) {
        window.postMessage(forged, '*')
        dispatchEvent(new MessageEvent('message', { data: forged, origin: stranger }))
      }
    }, bank.simulatorOrigin)
    await page.waitForTimeout(1_000)
    expect((await bank.count(/^bank GET .*\/status$/)) - before).toBeLessThan(6)
    await expect(page.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
    const closed = popup.waitForEvent('close')
    await walk(popup, ['phone', 'consent', 'card'])
    await closed
    await person.seesComplete()
  },
)

test(
  'inside a page of another site the widget says that it cannot work there, and offers a tab',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    await bank.interfere({
      headers: [{ on: 'bank GET /transfer', headers: { 'content-security-policy': null } }],
      answers: [
        { on: 'astra GET /frame', status: 200, body: `<iframe src="${bank.origin}/transfer"></iframe>` },
      ],
    })
    await page.goto(`${bank.simulatorOrigin}/frame`)
    const frame = page.frameLocator('iframe')
    await expect(frame.getByRole('heading', { name: 'Open this in a window of its own' })).toBeVisible()
    const link = frame.getByRole('link', { name: 'Open in a new tab' })
    await expect(link).toHaveAttribute('href', `${bank.origin}/transfer`)
    await expect(link).toHaveAttribute('target', '_blank')
  },
)
