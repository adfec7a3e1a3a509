import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { Activity } from 'react'
import { expect, it, vi } from 'vitest'
import { AstraOnboarding, useAstraStatus } from '../../src/react/index.ts'
import { createPage, fillForm, findScreen, sendForm, stopTime, theScreen } from '../support/widget.tsx'

/** The signals of all requests that the page sends from now on. */
function watchSignals(): () => { path: string; isEnded: boolean }[] {
  const sent = vi.spyOn(globalThis, 'fetch')
  return () =>
    sent.mock.calls.map(([path, init]) => ({
      path: path as string,
      isEnded: init?.signal?.aborted === true,
    }))
}

it('ends its read of the status when it is unmounted', async () => {
  const page = createPage()
  const signals = watchSignals()
  const release = page.hold('GET /status')
  const { unmount } = page.show()
  await waitFor(() => expect(signals()).toEqual([{ path: '/api/astra/status', isEnded: false }]))
  unmount()
  expect(signals()).toEqual([{ path: '/api/astra/status', isEnded: true }])
  release()
})

it('lets a profile that is on its way arrive, also when it is unmounted', async () => {
  const page = createPage()
  const { unmount } = page.show()
  await fillForm(page.user)
  const signals = watchSignals()
  const release = page.hold('POST /user-intents')
  await sendForm(page.user)
  await waitFor(() => expect(page.count('POST /user-intents')).toBe(1))
  unmount()
  release()
  await page.settle()
  // Nobody is left to ask what became of it.
  expect(signals()).toEqual([{ path: '/api/astra/user-intents', isEnded: false }])
})

it('ends a read of useAstraStatus with the last component that waits for it', async () => {
  const page = createPage()
  const signals = watchSignals()
  const release = page.hold('GET /status')
  const Standing = () => useAstraStatus().status
  const { rerender, unmount } = render([<Standing key="one" />, <Standing key="other" />])
  await waitFor(() => expect(signals()).toEqual([{ path: '/api/astra/status', isEnded: false }]))
  rerender([<Standing key="other" />])
  expect(signals()).toEqual([{ path: '/api/astra/status', isEnded: false }])
  unmount()
  expect(signals()).toEqual([{ path: '/api/astra/status', isEnded: true }])
  release()
})

it('gives up a request that gets no answer for a minute, and says so', async () => {
  const page = createPage()
  const minute = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(minute.signal)
  const release = page.hold('GET /status')
  page.show()
  await waitFor(() => expect(timeout).toHaveBeenCalledWith(60_000))
  act(() => minute.abort(new DOMException('The operation timed out.', 'TimeoutError')))
  expect(await findScreen('This does not work just now')).toBeVisible()
  release()
})

it('counts the minute from when the headers of the host are there', async () => {
  const page = createPage()
  const timeout = vi.spyOn(AbortSignal, 'timeout')
  let signIn = (_: Record<string, string>) => {}
  const headers = () => new Promise<Record<string, string>>((resolve) => (signIn = resolve))
  page.show({ headers })
  await page.settle()
  expect(timeout).not.toHaveBeenCalled()
  signIn({ authorization: 'Bearer 1' })
  expect(await findScreen('Set up instant transfers')).toBeVisible()
  expect(timeout).toHaveBeenCalled()
})

it('works in a browser that cannot join two signals', async () => {
  const { any } = Object.getOwnPropertyDescriptors(AbortSignal)
  Reflect.deleteProperty(AbortSignal, 'any')
  try {
    const page = createPage()
    page.show()
    expect(await findScreen('Set up instant transfers')).toBeVisible()
  } finally {
    Object.defineProperty(AbortSignal, 'any', any)
  }
})

it('gives the button back when somebody has stopped the page on its way to Astra', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  stopTime()
  page.open.mockReturnValue(null)
  page.show()
  await page.settle()
  theScreen('Confirm your phone and allow access')
  const press = async () => {
    fireEvent.click(screen.getByRole('button', { name: 'Continue to Astra' }))
    await page.settle()
  }
  await press()
  expect(page.navigation.assign).toHaveBeenCalledTimes(1)
  await page.pass(9_000)
  expect(screen.getByRole('button', { name: 'Opening…' })).toHaveAttribute('aria-disabled', 'true')
  await page.pass(1_000)
  await press()
  expect(page.navigation.assign).toHaveBeenCalledTimes(2)
})

it('has its button back after a host has hidden it on the way to Astra, and shown it again', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const widget = (mode: 'visible' | 'hidden') => (
    <Activity mode={mode}>
      <AstraOnboarding />
    </Activity>
  )
  const { rerender } = render(widget('visible'))
  const release = page.hold('POST /flows')
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  rerender(widget('hidden'))
  expect(page.popup().close).toHaveBeenCalled()
  release()
  rerender(widget('visible'))
  expect(await screen.findByRole('button', { name: 'Continue to Astra' })).toHaveAttribute(
    'aria-disabled',
    'false',
  )
})

it('leaves the review as it was sent while the next step is asked, though the number is gone', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  const asked = page.count('GET /status')
  const release = page.hold('GET /status')
  await sendForm(page.user)
  await waitFor(() => expect(page.count('GET /status')).toBe(asked + 1))
  expect(screen.getByRole('button', { name: 'Sending…' })).toBeVisible()
  expect(screen.getByText('••••, entered')).toBeVisible()
  release()
  expect(await findScreen('Confirm your phone and allow access')).toBeVisible()
})
