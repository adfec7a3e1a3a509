import { describe, expect, it } from 'vitest'
import { By, Key, until } from 'selenium-webdriver'
import { intents, withBank, withScript } from './bank.ts'

describe('in WebKit', () => {
  const scene = withBank({})

  it('the page that Back brings out of the cache has no Social Security number any more', async () => {
    const { bank, person } = scene()
    const { driver } = person
    await driver.get(`${bank.origin}/fernhill.svg`)
    await driver.executeAsyncScript(
      `fetch('/demo/session', { method: 'POST', body: '{"person":"approved"}' }).then(arguments[0])`,
    )
    await driver.get(`${bank.origin}/transfer`)
    await person.click('Continue')
    const field = By.xpath('//label[starts-with(., "Last 4 digits")]/following::input[1]')
    await driver.wait(until.elementLocated(field), 10_000)
    await driver.findElement(field).sendKeys('4821')
    expect(await driver.findElement(field).getAttribute('value')).toBe('4821')
    // WebKit itself empties such a field on the way out of the cache: what counts is how the page goes in.
    await driver.executeScript(
      `const [field] = arguments
      addEventListener('pagehide', () => { window.leftWith = field.value })
      addEventListener('pageshow', ({ persisted }) => { window.restored = persisted })`,
      driver.findElement(field),
    )
    await driver.get(`${bank.origin}/settings`)
    await driver.navigate().back()
    await expect.poll(() => driver.executeScript('return window.restored'), { timeout: 10_000 }).toBe(true)
    expect(await driver.executeScript('return window.leftWith')).toBe('')
    expect(await driver.findElement(field).getAttribute('value')).toBe('')
  })

  it('inside a page of another site the widget says that it cannot work there, and offers a tab', async () => {
    const { bank, person } = scene()
    await bank.interfere({
      headers: [{ on: 'bank GET /transfer', headers: { 'content-security-policy': null } }],
      answers: [
        { on: 'astra GET /frame', status: 200, body: `<iframe src="${bank.origin}/transfer"></iframe>` },
      ],
    })
    await person.driver.get(`${bank.simulatorOrigin}/frame`)
    await person.driver.switchTo().frame(0)
    await person.sees('Open this in a window of its own')
    const link = person.driver.findElement(By.linkText('Open in a new tab'))
    expect(await link.getAttribute('href')).toBe(`${bank.origin}/transfer`)
    expect(await link.getAttribute('target')).toBe('_blank')
  })

  it('storage and channels that throw, as in some private windows, are not needed', async () => {
    const { bank, person } = scene()
    const forbidden = await withScript(
      bank,
      ['/transfer', '/api/astra/return'],
      `
    const forbidden = () => { throw new DOMException('The operation is insecure.', 'SecurityError') }
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) Object.defineProperty(window, name, { get: forbidden })
    window.BroadcastChannel = forbidden`,
    )
    await bank.interfere(forbidden)
    await person.comesInvited(bank.origin)
    await expect(person.driver.executeScript('return localStorage.length')).rejects.toThrow('insecure')
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
  })

  it('a page that was closed meanwhile finds everything done when it is opened again', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    const page = await person.driver.getWindowHandle()
    await person.openWindow()
    const again = await person.driver.getWindowHandle()
    await person.driver.switchTo().window(page)
    await person.click('Continue to Astra')
    await person.goToWindow(3)
    const popup = await person.driver.getWindowHandle()
    await person.driver.switchTo().window(page)
    await person.driver.close()
    await person.driver.switchTo().window(popup)
    await person.walk(['phone', 'consent', 'card'])
    await person.goToWindow(1)
    expect(await person.driver.getWindowHandle()).toBe(again)
    await person.driver.get(`${bank.origin}/transfer`)
    await person.sees('All set')
  })

  it('two windows that finish in reverse order each get their own result', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    const page = await person.driver.getWindowHandle()
    await person.openWindow()
    const other = await person.driver.getWindowHandle()
    await person.driver.get(`${bank.origin}/transfer`)
    await person.driver.switchTo().window(page)
    await person.click('Continue to Astra')
    await person.goToWindow(3)
    const popup = await person.driver.getWindowHandle()
    await person.driver.switchTo().window(other)
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
    await person.driver.switchTo().window(popup)
    await person.walk(['phone', 'consent', 'card'])
    await person.goToWindow(2)
    await person.driver.switchTo().window(page)
    await person.sees('All set')
    expect(await intents(bank)).toBe(1)
  })

  it('a thousand forged messages cost a few requests and change nothing', async () => {
    const { bank, person } = scene()
    const asked = () => bank.count(/^bank GET .*\/status$/)
    await person.comesInvited(bank.origin)
    const page = await person.driver.getWindowHandle()
    await person.click('Continue to Astra')
    await person.goToWindow(2)
    const popup = await person.driver.getWindowHandle()
    await person.driver.switchTo().window(page)
    const before = await asked()
    await person.driver.executeScript(
      `const forged = { type: 'astra-onboarding', flow: 'forged', outcome: { state: 'authorized' }, code: 'c' }
    for (let time = 0; time < 1_000; time++) {
      window.postMessage(forged, '*')
      dispatchEvent(new MessageEvent('message', { data: forged, origin: arguments[0] }))
    }`,
      bank.simulatorOrigin,
    )
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect((await asked()) - before).toBeLessThan(6)
    await person.sees('Finish in the other window')
    await person.driver.switchTo().window(popup)
    await person.walk(['phone', 'consent', 'card'])
    await person.goToWindow(1)
    await person.sees('All set')
  })

  it('the heading has the focus; Escape in the dialog closes its window, too, and the same intent goes on', async () => {
    const { bank, person } = scene()
    const { driver } = person
    await person.comesInvited(bank.origin)
    await driver.get(bank.origin)
    const page = await driver.getWindowHandle()
    await person.click('Add debit card')
    await person.click('Continue to Astra')
    await person.goToWindow(2)
    await person.sees('Confirm your phone')
    await driver.switchTo().window(page)
    await person.sees('Finish in the other window')
    expect(await driver.switchTo().activeElement().getText()).toBe('Finish in the other window')
    await driver.actions().sendKeys(Key.ESCAPE).perform()
    await person.goToWindow(1)
    expect(await driver.findElements(By.css('[role="dialog"], dialog'))).toHaveLength(0)
    await person.click('Add debit card')
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('Your card is added')
    expect(await intents(bank)).toBe(1)
  })
})
