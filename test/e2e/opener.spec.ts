import { expect, test } from './support/bank.ts'
import type { Interference } from './support/bank-process.ts'
import { visitor, walk } from './support/visitor.ts'

const EVERY_ENGINE = { tag: '@every-engine' }

const coop = (on: string, policy: string): Interference => ({
  headers: [{ on, headers: { 'cross-origin-opener-policy': policy } }],
})

// Every one of these cuts popup and opener apart in some engine: the result has to come from the proxy.
const SEVERED: [string, Interference][] = [
  ['the bank’s pages send COOP same-origin', coop('bank GET /(?!api/)', 'same-origin')],
  [
    'the bank’s pages send COOP same-origin-allow-popups',
    coop('bank GET /(?!api/)', 'same-origin-allow-popups'),
  ],
  ['Astra’s pages send COOP same-origin', coop('astra GET', 'same-origin')],
  ['a server in front puts COOP on the return page too', coop('bank GET', 'same-origin-allow-popups')],
]

for (const [situation, interference] of SEVERED) {
  test.describe(`when ${situation}`, EVERY_ENGINE, () => {
    test.use({ bankOptions: { interference } })

    test('the popup closes by itself, and nobody is told that they cancelled', async ({ page }) => {
      const person = visitor(page)
      await person.comesInvited()
      const popup = await person.openPopup()
      const closed = popup.waitForEvent('close')
      await walk(popup, ['phone', 'consent'])
      // Whoever takes longer than ten seconds is asked, where the popup cannot be seen.
      const waiting = page.getByRole('heading', {
        name: /Finish in the other window|Is the other window closed/,
      })
      await expect(waiting).toBeVisible()
      await expect(page.getByRole('alert')).toHaveCount(0)
      await walk(popup, ['card'])
      await closed
      await person.seesComplete()
    })
  })
}

test.describe('when a popup looks closed while it is open', () => {
  test.use({ bankOptions: { interference: coop('bank GET /(?!api/)', 'same-origin') } })

  test(
    'the question after ten seconds leaves both answers open, and the popup can still be finished',
    EVERY_ENGINE,
    async ({ page }) => {
      const person = visitor(page)
      await person.comesInvited()
      const popup = await person.openPopup()
      const question = page.getByRole('heading', { name: 'Is the other window closed?' })
      await expect(question).toBeVisible({ timeout: 15_000 })
      const closed = popup.waitForEvent('close')
      await walk(popup, ['phone', 'consent', 'card'])
      await closed
      await person.seesComplete()
    },
  )
})
