import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import axe from 'axe-core'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton, AstraGate, AstraOnboarding } from '../../src/react/index.ts'
import { ROSA } from '../support/harness.ts'
import { createPage, fillForm, findScreen, proceed, sendForm, stopTime } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

/** Counts listeners on window and document from now on; answers those that are still there. */
function watchListeners(): () => string[] {
  const present: { target: EventTarget; type: string; listener: unknown }[] = []
  const forget = (type: string, listener: unknown) => {
    const index = present.findIndex((one) => one.type === type && one.listener === listener)
    if (index >= 0) present.splice(index, 1)
  }
  for (const target of [window, document] as EventTarget[]) {
    const [add, remove] = [target.addEventListener.bind(target), target.removeEventListener.bind(target)]
    vi.spyOn(target, 'addEventListener').mockImplementation((type, listener, options) => {
      const isKnown = present.some((one) => one.type === type && one.listener === listener)
      if (!isKnown) present.push({ target, type, listener })
      add(type, listener, options)
      const signal = typeof options === 'object' ? options.signal : undefined
      signal?.addEventListener('abort', () => forget(type, listener))
    })
    vi.spyOn(target, 'removeEventListener').mockImplementation((type, listener, options) => {
      forget(type, listener)
      remove(type, listener, options)
    })
  }
  return () => present.map(({ type }) => type)
}

it('leaves no listener and no timer behind when it is unmounted in the middle of a flow', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  // React puts listeners of its own on the document when it first renders.
  render(<p>Host</p>)
  const remaining = watchListeners()
  stopTime()
  const { unmount } = page.show()
  await page.settle()
  fireEvent.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await page.settle()
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  expect(remaining()).toEqual(expect.arrayContaining(['message', 'focus', 'online', 'visibilitychange']))
  expect(vi.getTimerCount()).toBeGreaterThan(0)
  unmount()
  await page.settle()
  expect(remaining()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

it('closes the window with Astra when it is unmounted', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { unmount } = page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  unmount()
  expect(page.popup().close).toHaveBeenCalledOnce()
})

it('leaves no listener behind when it is unmounted with the form half filled', async () => {
  const page = createPage()
  render(<p>Host</p>)
  const remaining = watchListeners()
  const { unmount } = page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  expect(remaining()).toContain('pagehide')
  unmount()
  await page.settle()
  expect(remaining()).toEqual([])
})

it('asks the proxy nothing after it is unmounted', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Pending' })
  stopTime()
  const { unmount } = page.show()
  await page.settle()
  const before = page.sent.length
  unmount()
  await vi.advanceTimersByTimeAsync(60_000)
  window.dispatchEvent(new Event('focus'))
  await page.settle()
  expect(page.sent).toHaveLength(before)
})

it('says nothing on the console from the form to the end', async () => {
  const said = (['error', 'warn'] as const).map((level) => vi.spyOn(console, level))
  const sheet = document.head.appendChild(document.createElement('style'))
  sheet.textContent = '.astra-onboarding { --astra-color-accent: navy }'
  const page = createPage()
  page.show({ supportUrl: '/help', privacyUrl: '/privacy', termsUrl: '/terms' })
  await fillForm(page.user)
  await sendForm(page.user)
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  await page.finishPopup()
  page.lookAgain()
  await screen.findByRole('heading', { name: 'All set' })
  for (const spy of said) expect(spy).not.toHaveBeenCalled()
  sheet.remove()
})

function ids(): string[] {
  return [...document.querySelectorAll('[id]')].map(({ id }) => id)
}

it('gives two widgets on one page no id twice', async () => {
  const page = createPage()
  render(
    <>
      <AstraOnboarding />
      <AstraOnboarding />
    </>,
  )
  await waitFor(() => expect(screen.getAllByRole('button', { name: 'Continue' })).toHaveLength(2))
  for (const button of screen.getAllByRole('button', { name: 'Continue' })) await page.user.click(button)
  expect(screen.getAllByRole('heading', { name: /About you$/ })).toHaveLength(2)
  for (const button of screen.getAllByRole('button', { name: 'Continue' })) await page.user.click(button)
  expect(await screen.findAllByRole('alert')).toHaveLength(2)
  expect(ids().length).toBeGreaterThan(20)
  expect(new Set(ids()).size).toBe(ids().length)
})

it('gives two widgets in two React roots no id twice', async () => {
  const page = createPage()
  const roots = [0, 1].map(() => createRoot(document.body.appendChild(document.createElement('div'))))
  act(() => roots.forEach((root) => root.render(<AstraOnboarding />)))
  await waitFor(() => expect(screen.getAllByRole('button', { name: 'Continue' })).toHaveLength(2))
  for (const button of screen.getAllByRole('button', { name: 'Continue' })) await page.user.click(button)
  expect(screen.getAllByRole('heading', { name: /About you$/ })).toHaveLength(2)
  expect(ids().length).toBeGreaterThan(12)
  expect(new Set(ids()).size).toBe(ids().length)
  act(() => roots.forEach((root) => root.unmount()))
})

it('hydrates what the server has rendered, without a difference', async () => {
  const page = createPage()
  const element = (
    <>
      <AstraOnboarding />
      <AddDebitCardButton />
    </>
  )
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = renderToString(element)
  const onRecoverableError = vi.fn()
  const root = await act(() => hydrateRoot(container, element, { onRecoverableError }))
  expect(await screen.findByRole('heading', { name: 'Set up instant transfers' })).toBeVisible()
  expect(onRecoverableError).not.toHaveBeenCalled()
  expect(page.count('GET /status')).toBe(1)
  act(() => root.unmount())
})

it('hydrates the gate where a return arrives, of which the server knew nothing', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { flow, startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  await page.request('POST', '/flows/complete', { query: await page.walk(startPath) })
  const element = <AstraGate fallback={<p>One moment</p>}>Ready</AstraGate>
  const container = document.body.appendChild(document.createElement('div'))
  container.innerHTML = renderToString(element)
  expect(container.innerHTML).toBe('<p>One moment</p>')
  page.visit(`/cards?astra_flow=${flow.id}`)
  const onRecoverableError = vi.fn()
  const root = await act(() => hydrateRoot(container, element, { onRecoverableError }))
  expect(await screen.findByText('Ready')).toBeVisible()
  expect(onRecoverableError).not.toHaveBeenCalled()
  act(() => root.unmount())
})

/** jsdom has no layout, so contrast cannot be told here; the landmarks around the widget are the host's. */
async function violations(): Promise<string[]> {
  const rules = { 'color-contrast': { enabled: false }, region: { enabled: false } }
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null)
  const found = await axe.run(document.body, { rules })
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

async function submitted(page: Page, firstName = 'Rosa'): Promise<void> {
  await page.browser('customer-1').submit({ ...ROSA, firstName })
}

/** Each screen: how somebody gets there, and the heading by which it is known. */
const SCREENS: [name: string, heading: string | null, reach: (page: Page) => Promise<void>][] = [
  ['the intro', 'Set up instant transfers', async (page) => void page.show()],
  [
    'the intro after a creation of unknown outcome',
    'Set up instant transfers',
    async (page) => {
      page.simulator.failNext('POST /v1/user_intent', { network: 'after' })
      await submitted(page)
      page.show()
    },
  ],
  [
    'a page of the form',
    'About you',
    async (page) => {
      page.show()
      await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
    },
  ],
  [
    'a page of the form with errors',
    'About you',
    async (page) => {
      page.show()
      await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
      await proceed(page.user)
      await screen.findByRole('alert')
    },
  ],
  [
    'the address with errors',
    'Your home address',
    async (page) => {
      page.show()
      await fillForm(page.user)
      await page.user.click(screen.getByRole('button', { name: 'Change Your home address' }))
      await page.user.clear(screen.getByRole('textbox', { name: 'City' }))
      await page.user.selectOptions(screen.getByRole('combobox', { name: 'State' }), '')
      await proceed(page.user)
      await screen.findByRole('alert')
    },
  ],
  [
    'a page of the form with an offer',
    'How to reach you',
    async (page) => {
      page.show()
      await fillForm(page.user)
      await page.user.click(screen.getByRole('button', { name: 'Change How to reach you' }))
      const email = screen.getByRole('textbox', { name: 'E-mail address' })
      fireEvent.input(email, { target: { value: 'rosa@gmial.com' } })
      await screen.findByRole('button', { name: /^Did you mean/ })
    },
  ],
  [
    'the form on one page with errors',
    'Set up instant transfers',
    async (page) => {
      page.show({ layout: 'single' })
      await screen.findByRole('group', { name: 'Date of birth' })
      await proceed(page.user)
      await screen.findByRole('alert')
    },
  ],
  [
    'the review',
    'Check your answers',
    async (page) => {
      page.show({ privacyUrl: '/privacy', termsUrl: '/terms' })
      await fillForm(page.user)
    },
  ],
  [
    'the review after a failure',
    'Check your answers',
    async (page) => {
      page.show({ supportUrl: '/help' })
      await fillForm(page.user)
      page.answerNext('POST /user-intents', null)
      await sendForm(page.user)
      await screen.findByRole('alert')
    },
  ],
  [
    'the wait for the check',
    'Checking your details',
    async (page) => {
      await submitted(page, 'Pending')
      page.show()
    },
  ],
  [
    'the long wait for the check',
    'Checking your details',
    async (page) => {
      await submitted(page, 'Slow')
      page.advance(11_000)
      page.show()
      await screen.findByRole('button', { name: 'Continue to Astra' })
    },
  ],
  [
    'the invitation',
    'Confirm your phone and allow access',
    async (page) => {
      await submitted(page)
      page.show()
    },
  ],
  [
    'the invitation with a notice',
    'Confirm your phone and allow access',
    async (page) => {
      await submitted(page)
      page.show()
      page.answerNext('POST /flows', null)
      await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
      await screen.findByRole('alert')
    },
  ],
  [
    'the wait for the popup',
    'Finish in the other window',
    async (page) => {
      await submitted(page)
      page.show()
      await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
    },
  ],
  [
    'a rejection',
    'Your identity could not be confirmed',
    async (page) => {
      await submitted(page, 'Rejected')
      page.show({ supportUrl: '/help' })
    },
  ],
  [
    'the end',
    'All set',
    async (page) => {
      await page.browser('customer-1').onboard()
      page.show({ onExit: () => {} })
    },
  ],
  [
    'the proxy out of reach',
    null,
    async (page) => {
      page.answerNext('GET /status', null)
      page.show({ supportUrl: '/help' })
      await screen.findByRole('alert')
    },
  ],
  [
    'the button',
    null,
    async () => {
      render(<AddDebitCardButton />)
    },
  ],
  [
    'the dialog',
    'Set up instant transfers',
    async (page) => {
      render(<AddDebitCardButton />)
      await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
    },
  ],
]

it.each(SCREENS)('gives axe nothing to object to: %s', async (_, heading, reach) => {
  const page = createPage()
  await reach(page)
  if (heading) await findScreen(heading)
  expect(await violations()).toEqual([])
})
