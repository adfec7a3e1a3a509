import { afterEach, describe, expect, it, vi } from 'vitest'
import { isInCrossSiteFrame } from '../../src/react/launch/frame.ts'
import { openBlankPopup } from '../../src/react/launch/popup.ts'

/** Where on the desk the window and its screen are. */
interface Desk {
  screenX: number
  outerWidth: number
  outerHeight: number
  screen: { availLeft?: number; availTop?: number; availWidth: number; availHeight: number }
}

function placed({ screen, ...rest }: Desk): Record<string, number> {
  const open = vi.fn((_address: string, _name: string, _features: string) => null)
  const members = { screenY: screen.availTop ?? 0, ...rest, screen, open }
  for (const [name, value] of Object.entries(members)) vi.stubGlobal(name, value)
  openBlankPopup('Loading…')
  const [, , features = ''] = open.mock.lastCall ?? []
  return Object.fromEntries(
    features.split(',').flatMap((part) => {
      const [name = '', value] = part.split('=')
      return value === undefined ? [] : [[name, Number(value)]]
    }),
  )
}

const laptop = { availWidth: 1280, availHeight: 800 }

describe('a popup', () => {
  it('opens in the middle of the window', () => {
    const desk = { screenX: 0, outerWidth: 1280, outerHeight: 800, screen: laptop }
    expect(placed(desk)).toEqual({ width: 480, height: 760, left: 400, top: 20 })
  })

  it('stays on the screen of its window, also left of the first one', () => {
    const screen = { availLeft: -1920, availTop: 0, availWidth: 1920, availHeight: 1080 }
    const desk = { screenX: -1900, outerWidth: 1000, outerHeight: 900, screen }
    expect(placed(desk)).toMatchObject({ left: -1640, top: 70 })
  })

  it('is not larger than a small screen, and wholly on it', () => {
    const screen = { availWidth: 400, availHeight: 600 }
    const desk = { screenX: 300, outerWidth: 400, outerHeight: 600, screen }
    expect(placed(desk)).toEqual({ width: 400, height: 600, left: 0, top: 0 })
  })

  it('has its own size where the browser tells none', () => {
    const desk = { screenX: 0, outerWidth: 0, outerHeight: 0, screen: { availWidth: 0, availHeight: 0 } }
    expect(placed(desk)).toEqual({ width: 480, height: 760, left: 0, top: 0 })
  })

  it('counts as blocked when the browser throws', () => {
    vi.stubGlobal('open', () => {
      throw new DOMException('not here', 'SecurityError')
    })
    expect(openBlankPopup('Loading…')).toBeNull()
  })

  it('opens on a page without TLS too, where there is no randomUUID', () => {
    const open = vi.fn((_address: string, _name: string) => null)
    vi.stubGlobal('open', open)
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    openBlankPopup('Loading…')
    openBlankPopup('Loading…')
    const [first, second] = open.mock.calls.map(([, name]) => name)
    expect(first).toMatch(/^astra-\d{20,}$/)
    expect(second).not.toBe(first)
  })
})

describe('a page', () => {
  const stranger = () => {
    throw new DOMException('cross-origin', 'SecurityError')
  }

  afterEach(() => {
    vi.unstubAllGlobals()
    Reflect.deleteProperty(document, 'referrer')
  })

  function shown(href: string, ancestors: string[] | null, referrer = '') {
    const { hostname, host, protocol } = new URL(href)
    vi.stubGlobal('location', {
      href,
      hostname,
      host,
      protocol,
      ...(ancestors && { ancestorOrigins: ancestors }),
    })
    const above = Object.defineProperty({}, 'location', { get: stranger })
    vi.stubGlobal('window', { location, self: {}, top: above })
    Object.defineProperty(document, 'referrer', { value: referrer, configurable: true })
    return isInCrossSiteFrame()
  }

  it('on its own is in no frame', () => {
    expect(isInCrossSiteFrame()).toBe(false)
  })

  it.each([
    ['another site', 'https://bank.example/', ['https://partner.test'], true],
    ['another host of the same site', 'https://cards.bank.example/', ['https://app.bank.example'], false],
    ['the same host without TLS', 'https://bank.example/', ['http://bank.example'], true],
    [
      'a stranger above a friend',
      'https://bank.example/',
      ['https://bank.example', 'https://partner.test'],
      true,
    ],
    ['another address of numbers', 'http://127.0.0.1:3000/', ['http://10.0.0.1'], true],
  ])('in a frame of %s: %s in %s is %s', (_, href, ancestors, expected) => {
    expect(shown(href, ancestors)).toBe(expected)
  })

  it('is told in a browser without URL.canParse, too', () => {
    vi.stubGlobal(
      'URL',
      class extends URL {
        static override canParse = undefined as never
      },
    )
    expect(shown('https://bank.example/', ['https://partner.test'])).toBe(true)
    expect(shown('https://bank.example/', null, 'about')).toBe(true)
  })

  it.each([
    ['https://partner.test/a', true],
    ['https://app.bank.example/', false],
    ['', true],
  ])('in Firefox goes by its referrer: %j', (referrer, expected) => {
    expect(shown('https://cards.bank.example/', null, referrer)).toBe(expected)
  })
})
