import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { beforeEach, expect, it, vi } from 'vitest'
import { AddDebitCardButton, AstraOnboarding } from '../../src/react/index.ts'
import { createPage, fillForm, findScreen, input, proceed, sendForm } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const HOST_STATE = { key: 'k1', idx: 4 }

/** As far as the browser's history: an entry of another page, then the host's. */
beforeEach(() => {
  window.history.pushState(null, '', '/before')
  window.history.pushState(HOST_STATE, '', '/cards?tab=2#top')
})

async function press(page: Page, button: 'back' | 'forward'): Promise<void> {
  act(() => window.history[button]())
  await page.settle()
}

/** The host's part of what the entry holds. */
function hostState(): unknown {
  const { astraSteps: _, ...rest } = window.history.state as Record<string, unknown>
  return rest
}

const where = () => window.location.pathname + window.location.search + window.location.hash

it('goes one page back and forward with the browser’s buttons, with everything kept', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  for (const title of ['Your home address', 'How to reach you', 'About you', 'Set up instant transfers']) {
    await press(page, 'back')
    expect(await findScreen(title)).toHaveFocus()
    expect(where()).toBe('/cards?tab=2#top')
    expect(hostState()).toEqual(HOST_STATE)
    if (title === 'About you') expect(input('First name')).toHaveValue('Rosa')
  }
  for (const title of ['About you', 'How to reach you', 'Your home address', 'Check your answers']) {
    await press(page, 'forward')
    await findScreen(title)
  }
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
})

it('leaves the page from the first page of the form', async () => {
  const page = createPage()
  page.show()
  await findScreen('Set up instant transfers')
  await press(page, 'back')
  expect(where()).toBe('/before')
})

it('counts the Back of the form and the Back of the browser as one', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  await page.settle()
  await findScreen('Your home address')
  await press(page, 'back')
  await findScreen('How to reach you')
  await proceed(page.user)
  await findScreen('Your home address')
  await press(page, 'back')
  await press(page, 'back')
  expect(await findScreen('About you')).toHaveFocus()
})

it('goes from Change back to the review', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  await page.user.click(screen.getByRole('button', { name: 'Change About you' }))
  await findScreen('About you')
  await press(page, 'back')
  await findScreen('Check your answers')
  await press(page, 'back')
  expect(await findScreen('Your home address')).toHaveFocus()
})

it('takes its entries away when the profile is sent: Back leaves the page', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  await page.settle()
  expect(window.history.state).toEqual(HOST_STATE)
  await press(page, 'back')
  expect(where()).toBe('/before')
})

it('takes its entries away when it is unmounted with the form half filled', async () => {
  const page = createPage()
  const { unmount } = page.show()
  await fillForm(page.user)
  unmount()
  await page.settle()
  expect(window.history.state).toEqual(HOST_STATE)
  expect(where()).toBe('/cards?tab=2#top')
  await press(page, 'back')
  expect(where()).toBe('/before')
})

it('takes its entries away when the dialog is closed', async () => {
  const page = createPage()
  render(<AddDebitCardButton />)
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await findScreen('About you')
  await press(page, 'back')
  await findScreen('Set up instant transfers')
  await proceed(page.user)
  await page.user.click(screen.getByRole('button', { name: 'Close' }))
  await page.settle()
  expect(window.history.state).toEqual(HOST_STATE)
})

it('never undoes a navigation of the host that takes the form down', async () => {
  const page = createPage()
  const { unmount } = page.show()
  await fillForm(page.user)
  window.history.pushState({ idx: 5 }, '', '/help')
  unmount()
  await page.settle()
  expect(where()).toBe('/help')
  expect(window.history.state).toEqual({ idx: 5 })
})

it('never undoes a navigation of the host that comes right after', async () => {
  const page = createPage()
  const { unmount } = page.show()
  await fillForm(page.user)
  unmount()
  window.history.pushState({ idx: 5 }, '', '/done')
  await page.settle()
  expect(where()).toBe('/done')
})

it('begins anew below the entries that an earlier mount has left', async () => {
  const page = createPage()
  const first = page.show()
  await fillForm(page.user)
  window.history.pushState({ idx: 5 }, '', '/help')
  first.unmount()
  await page.settle()
  await press(page, 'back')
  expect(where()).toBe('/cards?tab=2#top')
  page.show()
  await findScreen('Set up instant transfers')
  await page.settle()
  expect(window.history.state).toEqual(HOST_STATE)
  await press(page, 'back')
  expect(where()).toBe('/before')
})

it('does not lose its way when the host writes over the entry', async () => {
  const page = createPage()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await findScreen('About you')
  window.history.replaceState({ idx: 9 }, '', '/cards?tab=3')
  await press(page, 'back')
  await press(page, 'forward')
  await page.user.click(screen.getByRole('button', { name: /^Continue$/ }))
  await page.settle()
  expect(where()).toBe('/cards?tab=3')
})

it('does nothing for entries that are the host’s', async () => {
  const page = createPage()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await findScreen('About you')
  window.history.pushState({ modal: true }, '')
  await press(page, 'back')
  await findScreen('About you')
  await press(page, 'forward')
  await findScreen('About you')
  expect(window.history.state).toEqual({ modal: true })
})

it('works in StrictMode', async () => {
  const page = createPage()
  const length = window.history.length
  const { unmount } = render(
    <StrictMode>
      <AstraOnboarding />
    </StrictMode>,
  )
  await fillForm(page.user)
  expect(window.history.length).toBe(length + 4)
  await press(page, 'back')
  await findScreen('Your home address')
  unmount()
  await page.settle()
  expect(window.history.state).toEqual(HOST_STATE)
})

it('gives the browser’s Back to the first of two forms, and both keep their own', async () => {
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
  await press(page, 'back')
  const headings = screen.getAllByRole('heading', { level: 2 }).map((heading) => heading.textContent)
  expect(headings).toEqual(['Set up instant transfers', expect.stringMatching(/About you$/)])
})

it('leaves the history alone when it is told to', async () => {
  const page = createPage()
  const length = window.history.length
  page.show({ historySteps: false })
  await fillForm(page.user)
  expect(window.history.length).toBe(length)
  expect(window.history.state).toEqual(HOST_STATE)
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  await findScreen('Your home address')
})

it('leaves a state alone that can carry nothing', async () => {
  window.history.replaceState('a string', '')
  const page = createPage()
  page.show()
  await fillForm(page.user)
  expect(window.history.state).toBe('a string')
})

it('turns no page while the profile is on its way', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  const release = page.hold('POST /user-intents')
  await sendForm(page.user)
  const arrived = new Promise((resolve) => window.addEventListener('popstate', resolve, { once: true }))
  act(() => window.history.back())
  await act(() => arrived)
  expect(await screen.findByRole('button', { name: 'Sending…' })).toBeVisible()
  fireEvent.click(screen.getByRole('button', { name: 'Back' }))
  expect(screen.getByRole('button', { name: 'Sending…' })).toBeVisible()
  release()
  await findScreen('Confirm your phone and allow access')
  await page.settle()
  expect(window.history.state).toEqual(HOST_STATE)
})

it('finds its way again after the host has broken a traversal off', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  const now = Date.now()
  const go = vi.spyOn(window.history, 'go').mockImplementation(() => {})
  fireEvent.click(screen.getByRole('button', { name: 'Back' }))
  await findScreen('Your home address')
  expect(go).toHaveBeenCalledOnce()
  go.mockRestore()
  vi.spyOn(Date, 'now').mockReturnValue(now + 60_000)
  fireEvent.click(screen.getByRole('button', { name: 'Back' }))
  await page.settle()
  await findScreen('How to reach you')
  await press(page, 'back')
  await findScreen('About you')
})

it('puts nothing that was typed into the history', async () => {
  const page = createPage()
  const write = vi.spyOn(History.prototype, 'pushState')
  page.show()
  await fillForm(page.user)
  expect(write.mock.calls).toHaveLength(4)
  // The form's own number is drawn by lot, and may hold any four digits.
  const written = JSON.stringify(write.mock.calls).replaceAll(/"form":"[\d.e-]+"/g, '')
  expect(written).not.toMatch(/Rosa|4821|94607|"form"/)
})

it('keeps working where the browser refuses an entry', async () => {
  const page = createPage()
  page.show()
  vi.spyOn(History.prototype, 'pushState').mockImplementation(() => {
    throw new DOMException('too many calls', 'SecurityError')
  })
  await fillForm(page.user)
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  expect(await findScreen('Your home address')).toHaveFocus()
})
