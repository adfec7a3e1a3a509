import { expect, test } from './support/bank.ts'
import { visitor, walk } from './support/visitor.ts'

const EVERY_ENGINE = { tag: '@every-engine' }

test(
  'a popup that is closed at Astra is asked about after ten seconds, and the same intent goes on',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    await popup.close()
    await expect(page.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Is the other window closed?' })).toBeVisible({
      timeout: 15_000,
    })
    await expect(page.getByRole('button', { name: 'Continue here instead' })).toBeVisible()
    await person.authorizeInPopup(['phone', 'consent', 'card'], 'Start again')
    await person.seesComplete()
    expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
  },
)

test(
  'a popup that is closed right after consent, before the return page loaded, loses the code and nothing else',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    await walk(popup, ['phone', 'consent'])
    await bank.interfere({ delays: [{ on: 'bank GET /api/astra/return', ms: 5_000 }] })
    await popup.getByRole('button', { name: 'Not now' }).click({ noWaitAfter: true })
    await expect.poll(() => bank.count(/^bank GET \/api\/astra\/return/)).toBe(1)
    await popup.close()
    await bank.interfere({})
    await person.authorizeInPopup(['consent', 'card'], 'Show the window')
    await person.seesComplete()
    expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
  },
)

test(
  'a popup that is closed while the return page posts has finished all the same',
  EVERY_ENGINE,
  async ({ page, bank }) => {
    const person = visitor(page)
    await person.comesInvited()
    const popup = await person.openPopup()
    await walk(popup, ['phone', 'consent'])
    await bank.interfere({ delays: [{ on: 'bank POST .*/flows/complete', ms: 3_000 }] })
    await popup.getByRole('button', { name: 'Not now' }).click({ noWaitAfter: true })
    await expect.poll(() => bank.count(/^bank POST .*\/flows\/complete/)).toBe(1)
    await popup.close()
    await person.seesComplete()
  },
)
