import { describe, expect, it } from 'vitest'
import { exchanges, noPopups, withBank } from './bank.ts'

// WebKitGTK, the third engine, as Debian has it.

describe('in WebKit', () => {
  const scene = withBank({})

  it('onboards a person in a popup, and renews a dead authorization', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
    await person.driver.get(`${bank.origin}/settings`)
    await person.click('Expire the whole authorization')
    await person.sees('Confirm once more')
    await person.authorizeInPopup(['consent', 'card'])
    await person.sees('All set')
  })

  it('onboards a person by redirect; Back brings the button back before, and meets no return page afterwards', async () => {
    const { bank, person } = scene()
    const comesBackTo = (origin: string) =>
      person.driver.wait(async () => (await person.driver.getCurrentUrl()).startsWith(origin), 10_000)
    await person.comesInvited(bank.origin)
    await noPopups(person)
    await person.click('Continue to Astra')
    await person.sees('Confirm your phone')
    await person.driver.navigate().back()
    await comesBackTo(bank.origin)
    await noPopups(person)
    await person.click('Continue to Astra')
    await person.walk(['phone', 'consent', 'card'])
    await person.sees('All set')
    expect(await person.driver.getCurrentUrl()).toBe(`${bank.origin}/transfer`)
    await person.driver.navigate().back()
    await comesBackTo(bank.simulatorOrigin)
    expect(await exchanges(bank)).toBe(1)
  })
})

const coop = (on: string, policy: string) => ({
  interference: { headers: [{ on, headers: { 'cross-origin-opener-policy': policy } }] },
})

// Every one of these cuts popup and opener apart in some engine: the result has to come from the proxy.
for (const [situation, bankOptions] of [
  ['the bank’s pages send COOP', coop('bank GET /(?!api/)', 'same-origin')],
  ['Astra’s pages send COOP', coop('astra GET', 'same-origin')],
  ['a server in front puts COOP on the return page too', coop('bank GET', 'same-origin-allow-popups')],
] as const) {
  describe(`in WebKit, when ${situation}`, () => {
    const scene = withBank(bankOptions)

    it('learns the result from the proxy, and the popup closes by itself', async () => {
      const { bank, person } = scene()
      await person.comesInvited(bank.origin)
      await person.authorizeInPopup(['phone', 'consent', 'card'])
      await person.sees('All set')
    })
  })
}

describe("in WebKit, with a page of the bank's own as redirect URI", () => {
  const scene = withBank({ redirectPage: '/transfer' })

  it('completes in the popup there, and by redirect', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
    await person.comesInvited(bank.origin)
    await noPopups(person)
    await person.click('Continue to Astra')
    await person.walk(['phone', 'consent', 'card'])
    await person.sees('All set')
    expect(await person.driver.getCurrentUrl()).toBe(`${bank.origin}/transfer`)
  })
})
