import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startBank } from '../e2e/support/bank-process.ts'
import type { BankOptions } from '../e2e/support/bank-process.ts'
import { openWebKit } from './window.ts'
import type { Visitor } from './window.ts'

// WebKitGTK, the third engine, as Debian has it. A click counts for one second here, five elsewhere.

let bank: Awaited<ReturnType<typeof startBank>>
let person: Visitor

function withBank(options: BankOptions) {
  beforeEach(async () => {
    ;[bank, person] = await Promise.all([startBank(options), openWebKit()])
  })
  afterEach(() => Promise.all([bank.stop(), person.close()]))
}

const noPopups = () => person.driver.executeScript('window.open = () => null')

async function authorizeInPopup(deeds: Parameters<Visitor['walk']>[0]): Promise<void> {
  await person.click('Continue to Astra')
  await person.goToWindow(2)
  await person.walk(deeds)
  await person.goToWindow(1)
}

describe('in WebKit', () => {
  withBank({})

  it('onboards a person in a popup, and renews a dead authorization', async () => {
    await person.comesInvited(bank.origin)
    await authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
    await person.driver.get(`${bank.origin}/settings`)
    await person.click('Expire the whole authorization')
    await person.sees('Confirm once more')
    await authorizeInPopup(['consent', 'card'])
    await person.sees('All set')
  })

  it('onboards a person by redirect; Back brings the button back before, and the address is clean afterwards', async () => {
    await person.comesInvited(bank.origin)
    await noPopups()
    await person.click('Continue to Astra')
    await person.sees('Confirm your phone')
    await person.driver.navigate().back()
    await person.driver.wait(
      async () => (await person.driver.getCurrentUrl()).startsWith(bank.origin),
      10_000,
    )
    await noPopups()
    await person.click('Continue to Astra')
    await person.walk(['phone', 'consent', 'card'])
    await person.sees('All set')
    expect(await person.driver.getCurrentUrl()).toBe(`${bank.origin}/transfer`)
  })

  it('opens the popup in the click: the proxy may take longer than the second that a click counts', async () => {
    await person.comesInvited(bank.origin)
    await bank.interfere({ delays: [{ on: 'bank POST .*/flows$', ms: 3_000 }] })
    // Shows that the blocker is on.
    await person.driver.executeScript(
      `document.addEventListener('click', () => setTimeout(() => { document.title = window.open('about:blank') ? 'opened' : 'blocked' }, 2000), { capture: true, once: true })`,
    )
    await authorizeInPopup(['phone', 'consent', 'card'])
    await bank.interfere({})
    await person.sees('All set')
    expect(await person.driver.getTitle()).toBe('blocked')
  })

  it('closes the popup that was opened for nothing when the proxy fails', async () => {
    await person.comesInvited(bank.origin)
    await bank.interfere({ answers: [{ on: 'bank POST .*/flows$', status: 500 }] })
    await person.click('Continue to Astra')
    await person.sees('Confirm your phone and allow access')
    await person.goToWindow(1)
    await bank.interfere({})
    await authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
  })

  it('asks about a popup that was closed at Astra, and goes on with the same intent', async () => {
    await person.comesInvited(bank.origin)
    await person.click('Continue to Astra')
    await person.goToWindow(2)
    await person.driver.close()
    await person.goToWindow(1)
    await person.sees('Is the other window closed?')
    await person.click('Start again')
    await person.goToWindow(2)
    await person.walk(['phone', 'consent', 'card'])
    await person.goToWindow(1)
    await person.sees('All set')
    expect(await bank.count(/^astra POST \/v1\/user_intent$/)).toBe(1)
  })
})

for (const [situation, on] of [
  ['the bank’s pages send COOP', 'bank GET /(?!api/)'],
  ['Astra’s pages send COOP', 'astra GET'],
] as const) {
  describe(`in WebKit, when ${situation}`, () => {
    withBank({
      interference: { headers: [{ on, headers: { 'cross-origin-opener-policy': 'same-origin' } }] },
    })

    it('learns the result from the proxy, and the popup closes by itself', async () => {
      await person.comesInvited(bank.origin)
      await authorizeInPopup(['phone', 'consent', 'card'])
      await person.sees('All set')
    })
  })
}

describe("in WebKit, with a page of the bank's own as redirect URI", () => {
  withBank({ redirectPage: '/transfer' })

  it('completes in the popup there, and by redirect', async () => {
    await person.comesInvited(bank.origin)
    await authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
    await person.comesInvited(bank.origin)
    await noPopups()
    await person.click('Continue to Astra')
    await person.walk(['phone', 'consent', 'card'])
    await person.sees('All set')
    expect(await person.driver.getCurrentUrl()).toBe(`${bank.origin}/transfer`)
  })
})
