import { describe, expect, it } from 'vitest'
import { exchanges, intents, withBank } from './bank.ts'

describe('in WebKit', () => {
  const scene = withBank({})

  it('opens the popup in the click: the proxy may take longer than the second that a click counts', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await bank.interfere({ delays: [{ on: 'bank POST .*/flows$', ms: 3_000 }] })
    // Shows that the blocker is on.
    await person.driver.executeScript(
      `document.addEventListener('click', () => setTimeout(() => { document.title = window.open('about:blank') ? 'opened' : 'blocked' }, 2000), { capture: true, once: true })`,
    )
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await bank.interfere({})
    await person.sees('All set')
    expect(await person.driver.getTitle()).toBe('blocked')
  })

  it('a popup that the browser blocks becomes a redirect, and so does what other browsers answer in place of a window', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    // A tab behind another one gets no popup here.
    await person.driver.switchTo().newWindow('tab')
    for (const open of ['window.open', '() => null', '() => undefined', '() => window']) {
      await person.driver.get(`${bank.origin}/transfer`)
      await person.sees('Confirm your phone and allow access')
      await person.driver.executeScript(`window.open = ${open}`)
      await person.click('Continue to Astra')
      await person.sees('Confirm your phone')
    }
    await person.walk(['phone', 'consent', 'card'])
    await person.sees('All set')
    expect(await intents(bank)).toBe(1)
    expect(await person.driver.getAllWindowHandles()).toHaveLength(2)
  })

  it('closes the popup that was opened for nothing when the proxy fails', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await bank.interfere({ answers: [{ on: 'bank POST .*/flows$', status: 500 }] })
    await person.click('Continue to Astra')
    await person.reads('This cannot be done just now. Wait a moment, then try again.')
    await person.goToWindow(1)
    await bank.interfere({})
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
  })

  it('asks about a popup that was closed at Astra, and goes on with the same intent', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await person.click('Continue to Astra')
    await person.goToWindow(2)
    await person.driver.close()
    await person.goToWindow(1)
    await person.sees('Is the other window closed?')
    await person.authorizeInPopup(['phone', 'consent', 'card'], 'Start again')
    await person.sees('All set')
    expect(await intents(bank)).toBe(1)
  })

  it('a popup closed before the return page loads loses the code only; closed while that posts, it has finished', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await person.click('Continue to Astra')
    await person.goToWindow(2)
    await person.walk(['phone', 'consent'])
    await bank.interfere({ delays: [{ on: 'bank GET /api/astra/return', ms: 5_000 }] })
    await person.walk(['nothing'])
    await expect.poll(() => bank.count(/^bank GET \/api\/astra\/return/), { timeout: 10_000 }).toBe(1)
    await person.driver.close()
    expect(await bank.count(/flows\/complete$/)).toBe(0)

    await bank.interfere({ delays: [{ on: 'bank POST .*/flows/complete', ms: 3_000 }] })
    await person.goToWindow(1)
    await person.click('Show the window')
    await person.goToWindow(2)
    await person.walk(['consent', 'nothing'])
    await expect.poll(() => bank.count(/flows\/complete$/), { timeout: 10_000 }).toBe(1)
    await person.driver.close()
    await person.goToWindow(1)
    await person.sees('All set')
    expect(await exchanges(bank)).toBe(1)
    expect(await intents(bank)).toBe(1)
  })
})

describe('in WebKit, when a popup looks closed while it is open', () => {
  const scene = withBank({
    interference: {
      headers: [{ on: 'bank GET /(?!api/)', headers: { 'cross-origin-opener-policy': 'same-origin' } }],
    },
  })

  it('asks after ten seconds, and the popup can still be finished', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    const page = await person.driver.getWindowHandle()
    await person.click('Continue to Astra')
    await person.sees('Is the other window closed?')
    await person.goToWindow(2)
    await person.walk(['phone', 'consent', 'card'])
    await person.goToWindow(1)
    expect(await person.driver.getWindowHandle()).toBe(page)
    await person.sees('All set')
  })
})
