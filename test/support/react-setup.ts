import '@testing-library/jest-dom/vitest'
import { notifyManager } from '@tanstack/react-query'
import { cleanup, configure } from '@testing-library/react'
import { setupServer } from 'msw/node'
import { version } from 'react'
import { afterAll, afterEach, beforeAll, vi } from 'vitest'

/** The attributes that make an element look different by themselves. */
const STYLING = ['hidden', 'open', 'type', 'dir', 'style']

/** Stands between the widget and the network; a request that no test expects fails it. */
export const network = setupServer()

// Generous, because machines are slow at times; nothing here measures time.
vi.setConfig({ testTimeout: 30_000 })
// With React 18 each effect runs once, as in production; with the newest, twice.
configure({ asyncUtilTimeout: 5_000, reactStrictMode: !version.startsWith('18.') })

// Its own timer of 0 ms becomes one of 1 ms where it is set while a stopped clock is being moved, and never comes.
const { setTimeout: realTimeout } = globalThis
notifyManager.setScheduler((notify) => void realTimeout(notify, 0))

beforeAll(() => network.listen({ onUnhandledRequest: 'error' }))

afterEach(() => {
  cleanup()
  // An answer that nobody looks at any more is dropped by a timer.
  if (vi.isFakeTimers()) vi.runOnlyPendingTimers()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  network.resetHandlers()
  if (typeof window === 'undefined') return
  document.body.replaceChildren()
  window.history.replaceState(null, '', '/')
  window.localStorage.clear()
  window.sessionStorage.clear()
})

afterAll(() => network.close())

// jsdom knows the element but cannot open it, nor close it by a form.
if (typeof HTMLDialogElement !== 'undefined') {
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true
  }
  HTMLDialogElement.prototype.close = function close() {
    if (!this.open) return
    this.open = false
    this.dispatchEvent(new Event('close'))
  }
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (form.getAttribute('method') !== 'dialog') return
    event.preventDefault()
    form.closest('dialog')?.close()
  })
}

// jsdom works an element's style out anew after every change of the page, which was a fifth of all component tests. Where
// no style sheet is loaded, only jsdom's own has a say, and of what that goes by nothing but these is in our pages.
if (typeof window !== 'undefined') {
  const workedOut = window.getComputedStyle.bind(window)
  const known = new Map<string, CSSStyleDeclaration>()
  const styleOf: typeof workedOut = (element, pseudo) => {
    const { ownerDocument: page, localName } = element
    if (page !== document || page.styleSheets.length > 0 || pseudo) return workedOut(element, pseudo)
    const key = [localName, ...STYLING.map((name) => element.getAttribute(name))].join('|')
    const style = known.get(key) ?? workedOut(element)
    known.set(key, style)
    return style
  }
  for (const view of [globalThis, document.defaultView])
    Object.assign(view ?? {}, { getComputedStyle: styleOf })
}
