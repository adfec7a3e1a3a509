import { act, render, screen, waitFor } from '@testing-library/react'
import { StrictMode, useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import { AstraGate, AstraOnboarding } from '../../src/react/index.ts'
import { ROSA } from '../support/harness.ts'
import { createPage, findScreen, stopTime, theScreen } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

/** What a screen reader is told without being led there. */
const said = () => document.querySelector('[aria-live].astra-hidden')?.textContent

function Host() {
  return (
    <>
      <AstraOnboarding />
      <input aria-label="Search of the host" />
    </>
  )
}

/** The check of somebody whose profile was sent before this page was loaded. */
async function checking(page: Page) {
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Slow' })
  render(<Host />, { wrapper: StrictMode })
  await findScreen('Checking your details')
}

async function checked(page: Page) {
  page.advance(120_000)
  page.lookAgain()
  return findScreen('Confirm your phone and allow access')
}

it('says nothing of what was there when the page was loaded', async () => {
  await checking(createPage())
  expect(document.body).toHaveFocus()
  expect(said()).toBe('')
})

it('has a screen read out that comes by itself to somebody who has done nothing here', async () => {
  const page = createPage()
  await checking(page)
  expect(await checked(page)).not.toHaveFocus()
  await waitFor(() => expect(said()).toBe('Confirm your phone and allow access'))
})

it('leaves the focus in a field of the host, and has the screen read out', async () => {
  const page = createPage()
  await checking(page)
  await page.user.click(screen.getByRole('button', { name: 'Correct my details' }))
  await page.user.click(await screen.findByRole('button', { name: 'Change nothing' }))
  expect(await findScreen('Checking your details')).toHaveFocus()
  await page.user.type(screen.getByLabelText('Search of the host'), 'fees')
  await checked(page)
  expect(screen.getByLabelText('Search of the host')).toHaveFocus()
  await waitFor(() => expect(said()).toBe('Confirm your phone and allow access'))
})

/** Catches a focus that has fallen to the page, as the dialogs of several libraries do. */
function FocusTrap({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const trap = new MutationObserver(() => {
      if (document.activeElement === document.body) box.current?.focus()
    })
    if (box.current) trap.observe(box.current, { childList: true, subtree: true })
    return () => trap.disconnect()
  }, [])
  return (
    <div role="dialog" tabIndex={-1} ref={box}>
      {children}
    </div>
  )
}

it('leads to the next screen in a dialog of the host that catches the focus', async () => {
  const page = createPage()
  render(<AstraOnboarding />, { wrapper: FocusTrap })
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  const title = await findScreen('About you')
  await page.settle()
  expect(title).toHaveFocus()
})

it('leaves the focus in a field of the host that is in the same dialog, and has the screen read out', async () => {
  const page = createPage()
  render(
    <dialog open>
      <Host />
    </dialog>,
  )
  await findScreen('Set up instant transfers')
  await page.user.type(screen.getByLabelText('Search of the host'), 'fees')
  await page.browser('customer-1').submit()
  page.lookAgain()
  await findScreen('Confirm your phone and allow access')
  expect(screen.getByLabelText('Search of the host')).toHaveFocus()
  await waitFor(() => expect(said()).toBe('Confirm your phone and allow access'))
})

it('has its first screen read out to somebody who has done something on the page before it came', async () => {
  vi.stubGlobal('navigator', {
    ...navigator,
    onLine: true,
    userAgent: '',
    userActivation: { hasBeenActive: true },
  })
  createPage().show()
  await findScreen('Set up instant transfers')
  await waitFor(() => expect(said()).toBe('Set up instant transfers'))
})

it('has it read out when another wish of Astra’s takes the place of the one whose button has the focus', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  const button = await screen.findByRole('button', { name: 'Continue to Astra' })
  act(() => button.focus())
  const answer = (await (await page.request('GET', '/status')).json()) as object
  const step = { name: 'hosted-flow', flow: 'verify-document', reason: 'document' }
  page.answerNext('GET /status', Response.json({ ...answer, step }))
  page.lookAgain()
  await findScreen('Send a photo of your ID')
  expect(button).toHaveFocus()
  await waitFor(() => expect(said()).toBe('Send a photo of your ID'))
})

it('has it read out when the authorization ends and what it guards goes', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  render(
    <AstraGate>
      <input aria-label="Amount" />
    </AstraGate>,
    { wrapper: StrictMode },
  )
  const field = await screen.findByLabelText('Amount')
  act(() => field.focus())
  page.advance(11 * 24 * 60 * 60 * 1000)
  page.lookAgain()
  await findScreen('Confirm once more')
  await waitFor(() => expect(said()).toBe('Confirm once more'))
})

it('takes a screen that has the focus as heard', async () => {
  const page = createPage()
  await checking(page)
  await checked(page)
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  expect(await findScreen('Finish in the other window')).toHaveFocus()
  expect(said()).toBe('')
})

it('stays at "This does not work just now" while it asks again, and leaves a reader in peace', async () => {
  const page = createPage()
  page.answerNext('GET /status', null)
  stopTime()
  const events: string[] = []
  page.show({ onEvent: ({ name }) => void events.push(name) })
  await page.settle()
  const shown = theScreen('This does not work just now')
  act(() => screen.getByRole('button', { name: 'Try again' }).focus())
  const release = page.hold('GET /status')
  await act(() => vi.advanceTimersByTimeAsync(1_300))
  expect(page.count('GET /status')).toBe(2)
  expect(theScreen('This does not work just now')).toBe(shown)
  expect(screen.getByRole('button', { name: 'Try again' })).toHaveFocus()
  expect(events).toEqual(['opened', 'screen-viewed', 'screen-viewed', 'failed'])
  release()
  await page.settle()
  expect(theScreen('Set up instant transfers')).toBeVisible()
})
