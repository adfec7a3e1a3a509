import { describe, expect, it } from 'vitest'
import type { Bank } from '../e2e/support/bank-process.ts'
import { exchanges, intents, withBank, withScript } from './bank.ts'
import { openWebKit } from './window.ts'
import type { Visitor } from './window.ts'

/** Goes through Astra in a popup and stops it on the way back; answers where it was sent, and ends in the popup. */
async function stopBeforeReturn(person: Visitor, bank: Bank): Promise<string> {
  await person.click('Continue to Astra')
  await person.goToWindow(2)
  await person.walk(['phone', 'consent'])
  await bank.interfere({ answers: [{ on: 'bank GET /api/astra/return', status: 200, body: 'stopped' }] })
  await person.walk(['card'])
  await person.reads('stopped')
  await bank.interfere({})
  return person.driver.getCurrentUrl()
}

describe('in WebKit', () => {
  const scene = withBank({})

  it('a return page that may not close itself says so; loaded again, it repeats nothing and ends no other flow', async () => {
    const { bank, person } = scene()
    const page = await person.driver.getWindowHandle()
    const isLoadedAgain = async () => {
      await person.driver.navigate().refresh()
      await person.sees('Done')
      await person.reads('continue here')
    }
    await person.comesInvited(bank.origin)
    await bank.interfere(await withScript(bank, ['/api/astra/return'], 'window.close = () => {}'))
    await person.click('Continue to Astra')
    await person.goToWindow(2)
    await person.walk(['cancel'])
    await person.sees('Done')
    const cancelled = await person.driver.getWindowHandle()
    await person.driver.switchTo().window(page)
    await person.click('Continue to Astra')
    await person.goToWindow(3)
    const second = await person.driver.getWindowHandle()

    await person.driver.switchTo().window(cancelled)
    for (let time = 0; time < 2; time++) await isLoadedAgain()
    expect(await bank.count(/flows\/complete$/)).toBe(1)

    await person.driver.switchTo().window(second)
    await person.walk(['phone', 'consent', 'card'])
    await person.sees('Done')
    for (let time = 0; time < 3; time++) await isLoadedAgain()
    await person.driver.switchTo().window(page)
    await person.sees('All set')
    expect(await bank.count(/flows\/complete$/)).toBe(2)
    expect(await exchanges(bank)).toBe(1)
  })

  it('a return that lands in another browser is refused, and is still good in the right one', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    const address = await stopBeforeReturn(person, bank)
    const other = await openWebKit()
    try {
      await other.driver.get(address)
      await other.sees('This window does not know what you started')
      expect(await other.driver.getCurrentUrl()).not.toContain('code')
    } finally {
      await other.close()
    }
    expect(await exchanges(bank)).toBe(0)
    await person.sendTo(address)
    await person.goToWindow(1)
    await person.sees('All set')
  })

  it('whatever the address of the return page says beside our state is neither believed nor shown', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    const state = new URL(await stopBeforeReturn(person, bank)).searchParams.get('state') ?? ''
    const comes = (query: string) => person.driver.get(`${bank.origin}/api/astra/return?${query}`)
    for (const query of [
      `authorization_code=a&authorization_code=b&state=${state}`,
      `authorization_code=a&code=b&state=${state}`,
      `authorization_code=a&state=${state}&state=${state}`,
      `error=access_denied&authorization_code=a&state=${state}`,
    ]) {
      await comes(query)
      await person.sees('This did not work')
    }
    await comes('state=astra.unknown.state')
    await person.sees('This window does not know what you started')
    expect(await exchanges(bank)).toBe(0)
    const text = encodeURIComponent('<h1>Call 555-0199</h1>')
    await person.sendTo(`${bank.origin}/api/astra/return?error=odd&error_description=${text}&state=${state}`)
    await person.goToWindow(1)
    await person.reads('You came back before everything was finished. You can go on.')
    expect(await person.driver.getPageSource()).not.toContain('555-0199')
  })
})

describe('in WebKit, with a code that lives for two seconds', () => {
  const scene = withBank({ simulator: { codeLifetimeSeconds: 2 } })

  it('whoever is too slow, for the code or for the hour of the flow, is told and starts again with the same intent', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await bank.interfere({ delays: [{ on: 'flows/complete', ms: 3_000 }] })
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.reads('That did not work. Start again; nothing was lost.')

    await person.click('Continue to Astra')
    await person.goToWindow(2)
    await person.walk(['consent'])
    await bank.interfere({ clockAhead: 61 * 60 * 1000 })
    await person.walk(['nothing'])
    await person.goToWindow(1)
    await person.reads('That took longer than an hour, so it has to be started again.')

    await person.authorizeInPopup(['phone', 'consent', 'nothing'])
    await person.sees('All set')
    expect(await intents(bank)).toBe(1)
  })
})

describe('in WebKit, when Astra says that consent was refused', () => {
  const scene = withBank({ simulator: { decline: 'access_denied' } })

  it('the person is told that they did not give permission, and may', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await person.authorizeInPopup(['cancel'])
    await person.reads('You did not give permission. Nothing was changed; you can still do it.')
    await person.authorizeInPopup(['phone', 'consent', 'card'])
    await person.sees('All set')
  })
})

describe('in WebKit, when the connection is gone for two seconds as the return page posts', () => {
  const scene = withBank({
    preload: `
        import { Server } from 'node:http'
        const emit = Server.prototype.emit
        let gone = 0
        Server.prototype.emit = function (event, incoming, ...more) {
          if (event !== 'request' || !incoming.url.endsWith('/flows/complete'))
            return emit.call(this, event, incoming, ...more)
          gone ||= Date.now() + 2_000
          if (Date.now() > gone) return emit.call(this, event, incoming, ...more)
          incoming.socket.destroy()
          return true
        }`,
  })

  it('the code waits in memory, and goes when the connection is back', async () => {
    const { bank, person } = scene()
    await person.comesInvited(bank.origin)
    await person.click('Continue to Astra')
    await person.goToWindow(2)
    await person.walk(['phone', 'consent', 'card'])
    await person.sees('Waiting for a connection…')
    expect(await exchanges(bank)).toBe(0)
    await person.goToWindow(1)
    await person.sees('All set')
    expect(await exchanges(bank)).toBe(1)
  })
})
