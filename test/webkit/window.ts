import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Builder, By, Capabilities, until } from 'selenium-webdriver'
import type { WebDriver } from 'selenium-webdriver'
import { CARD_FORM, TEST_CARD_NUMBERS } from '../../src/testing/test-cards.ts'
import { sendProfile } from '../e2e/support/visitor.ts'
import { ensureBrowsers } from '../support/browsers.mjs'

const PATIENCE_MS = 15_000

/** What a person does in Astra's hosted module. */
type Deed = 'phone' | 'consent' | 'nothing' | 'card' | 'cancel'

/** WebKitGTK's own small browser, and a person in front of it. Needs a display. */
export interface Visitor {
  driver: WebDriver
  /** Comes to a page when the identity check is done already. */
  comesInvited(origin: string, path?: string): Promise<void>
  click(button: string): Promise<void>
  sees(heading: string): Promise<void>
  reads(text: string): Promise<void>
  /** Waits until there are so many windows; goes to the one that was opened last. */
  goToWindow(count: number): Promise<void>
  /** By hand. Not a tab: one that is not in front gets no popup. */
  openWindow(): Promise<void>
  walk(deeds: readonly Deed[]): Promise<void>
  /** Goes to Astra in a new window and does what is to do there; ends on the page again when that window is closed. */
  authorizeInPopup(deeds: readonly Deed[], button?: string): Promise<void>
  /** Leads the window to an address where it may close itself. */
  sendTo(address: string): Promise<void>
  close(): Promise<void>
}

export async function openWebKit(): Promise<Visitor> {
  const [driverPath = '', browserPath = ''] = ensureBrowsers('webkit', 'minibrowser')
  const home = mkdtempSync(join(tmpdir(), 'webkit-'))
  const port = await freePort()
  // Its own environment is left alone: with WEBKIT_DISABLE_… variables it hangs.
  const service = spawn(driverPath, ['--host=127.0.0.1', `--port=${port}`], {
    stdio: 'ignore',
    // A group of its own, which can be ended with the browser in it.
    detached: true,
    env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, NO_AT_BRIDGE: '1' },
  })
  await answering(`http://127.0.0.1:${port}/status`, service)
  const driver = await new Builder()
    .usingServer(`http://127.0.0.1:${port}`)
    .withCapabilities(
      new Capabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary: browserPath, args: ['--automation'] },
      }),
    )
    .build()

  // In the order in which they were opened; the driver's own says nothing.
  let windows = [await driver.getWindowHandle()]

  const find = async (path: string) => {
    const element = await driver.wait(until.elementLocated(By.xpath(path)), PATIENCE_MS, `no ${path}`)
    return driver.wait(until.elementIsVisible(element), PATIENCE_MS, `hidden: ${path}`)
  }
  const click = async (button: string) => (await find(`//button[normalize-space()="${button}"]`)).click()
  const deeds: Record<Deed, () => Promise<void>> = {
    async phone() {
      await click('Send code')
      const message = await (await find('//*[contains(@class, "sms")]')).getText()
      await (await find('//input[@name="code"]')).sendKeys(/code is (\d{6})/.exec(message)?.[1] ?? '')
      await click('Confirm code')
    },
    consent: () => click('Authorize'),
    nothing: () => click('Not now'),
    cancel: () => click('Cancel'),
    async card() {
      await click('Connect New Debit Card')
      const typed = { ...CARD_FORM, number: TEST_CARD_NUMBERS.approved }
      for (const name of ['number', 'expires', 'security_code', 'street_line_1', 'zip_code'] as const) {
        const input = await find(`//input[@name="${name}"]`)
        await input.clear()
        await input.sendKeys(typed[name])
      }
      await click('Add card')
    },
  }
  const walk = async (list: readonly Deed[]) => {
    for (const deed of list) await deeds[deed]()
  }
  const goToWindow = async (count: number) => {
    const open = () => driver.getAllWindowHandles()
    await driver.wait(async () => (await open()).length === count, PATIENCE_MS, `not ${count} windows`)
    const handles = await open()
    windows = [...windows, ...handles].filter(
      (handle, index, all) => handles.includes(handle) && all.indexOf(handle) === index,
    )
    await driver.switchTo().window(windows.at(-1) ?? '')
  }
  return {
    driver,
    click,
    async comesInvited(origin, path = '/transfer') {
      await driver.get(`${origin}/fernhill.svg`)
      const failure = await driver.executeAsyncScript<string | null>(
        `const done = arguments[0]; (${sendProfile.toString()})().then(() => done(null), (error) => done(String(error)))`,
      )
      if (failure) throw new Error(failure)
      await driver.get(origin + path)
      await find('//h2[normalize-space()="Confirm your phone and allow access"]')
    },
    sees: async (heading) => void (await find(`//*[self::h1 or self::h2][normalize-space()="${heading}"]`)),
    reads: async (text) => void (await find(`//*[normalize-space()="${text}"]`)),
    goToWindow,
    async openWindow() {
      await driver.switchTo().newWindow('window')
      windows.push(await driver.getWindowHandle())
    },
    walk,
    async authorizeInPopup(list, button = 'Continue to Astra') {
      const page = await driver.getWindowHandle()
      const count = (await driver.getAllWindowHandles()).length
      await click(button)
      await goToWindow(count + 1)
      await walk(list)
      await goToWindow(count)
      await driver.switchTo().window(page)
    },
    async sendTo(address) {
      await driver.executeScript('setTimeout((to) => location.assign(to), 0, arguments[0])', address)
    },
    async close() {
      // The driver answers late at times.
      await Promise.race([driver.quit().catch(() => {}), setTimeout(5_000, null, { ref: false })])
      if (service.pid && service.exitCode === null) process.kill(-service.pid, 'SIGKILL')
      rmSync(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function answering(address: string, service: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (service.exitCode !== null) break
    if (await fetch(address).catch(() => null)) return
    await setTimeout(50)
  }
  throw new Error('WebKitWebDriver does not answer')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
