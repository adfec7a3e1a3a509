import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { SIGNAL_CHANNEL } from '../../src/core/contract.ts'
import { AstraOnboarding } from '../../src/react/index.ts'
import type { AstraOnboardingProps } from '../../src/react/index.ts'
import { ROSA } from '../support/harness.ts'
import { createPage, stopTime } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const SIMULATOR = '127.0.0.1:4010'

/** Somebody approved, right before the click that opens Astra. */
async function invite(page: Page, props?: AstraOnboardingProps): Promise<HTMLElement> {
  await page.browser('customer-1').submit()
  page.show(props)
  return screen.findByRole('button', { name: 'Continue to Astra' })
}

async function openPopup(page: Page, props?: AstraOnboardingProps): Promise<void> {
  await page.user.click(await invite(page, props))
  await screen.findByRole('heading', { name: 'Finish in the other window' })
}

function statusReads(page: Page): number {
  return page.count('GET /status')
}

function message(data: unknown, origin = window.location.origin): void {
  act(() => void window.dispatchEvent(new MessageEvent('message', { origin, data })))
}

it('leaves the focus alone when the page loads', async () => {
  const page = createPage()
  await invite(page)
  expect(document.body).toHaveFocus()
})

it('opens a blank window within the click, before any request', async () => {
  const page = createPage()
  const button = await invite(page)
  const order: string[] = []
  page.open.mockImplementationOnce((address) => {
    order.push(`open ${JSON.stringify(address)}`)
    return null
  })
  const request = vi.spyOn(globalThis, 'fetch')
  request.mockImplementation((address) => {
    order.push(`fetch ${address as string}`)
    return new Promise(() => {})
  })
  fireEvent.click(button)
  expect(order[0]).toBe('open ""')
  await waitFor(() => expect(order).toEqual(['open ""', 'fetch /api/astra/flows']))
})

it('opens the window under a name that nobody can guess', async () => {
  const page = createPage()
  const button = await invite(page)
  fireEvent.click(button)
  expect(page.open).toHaveBeenCalledWith(
    '',
    expect.stringMatching(/^astra-\d{20,}$/),
    expect.stringContaining('popup'),
  )
})

it('sends the window to the start path of the flow', async () => {
  const page = createPage()
  await openPopup(page)
  expect(page.popup().location.replace).toHaveBeenCalledOnce()
  expect(page.popup().location.replace).toHaveBeenCalledWith(
    expect.stringMatching(/^\/api\/astra\/flows\/[\w-]+\/start$/),
  )
  expect(page.sent.find(({ route }) => route === 'POST /flows')?.body).toMatchObject({
    goal: 'onboard',
    presentation: 'popup',
  })
  expect(page.navigation.assign).not.toHaveBeenCalled()
})

it('shows the page no address and no id of Astra, from first click to the end', async () => {
  const page = createPage()
  const seen: string[] = []
  const watch = new MutationObserver(() => seen.push(document.documentElement.outerHTML))
  watch.observe(document.documentElement, { subtree: true, childList: true, attributes: true })
  await openPopup(page)
  await page.finishPopup()
  page.lookAgain()
  await screen.findByRole('heading', { name: 'All set' })
  watch.disconnect()
  const everything = JSON.stringify([seen, page.sent, page.popup().location.replace.mock.calls])
  expect(seen.length).toBeGreaterThan(2)
  expect(everything).not.toContain(SIMULATOR)
  expect(everything).not.toContain('astra.finance')
  expect(everything).not.toContain(page.simulator.intents()[0]?.id)
})

it.each([
  ['nothing', null],
  ['the page itself', 'itself'],
  ['a window that is closed', { closed: true, location: { replace: vi.fn() } }],
  ['something that is no window', { location: { replace: vi.fn() } }],
])('goes by redirect when window.open answers %s', async (_, answered) => {
  const page = createPage()
  page.visit('/cards?tab=2')
  const button = await invite(page)
  page.open.mockImplementationOnce(() => (answered === 'itself' ? window : answered) as never)
  await page.user.click(button)
  await waitFor(() =>
    expect(page.navigation.assign).toHaveBeenCalledWith(
      expect.stringMatching(/^\/api\/astra\/flows\/[\w-]+\/start$/),
    ),
  )
  expect(page.sent.find(({ route }) => route === 'POST /flows')?.body).toEqual({
    goal: 'onboard',
    presentation: 'redirect',
    returnTo: `${window.location.origin}/cards?tab=2`,
  })
})

it('opens no window when the partner wants a redirect', async () => {
  const page = createPage()
  await page.user.click(await invite(page, { presentation: 'redirect' }))
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
  expect(page.open).not.toHaveBeenCalled()
})

it.each([
  ['a phone', '(pointer: coarse)', 390],
  ['an installed app', '(display-mode: standalone)', 1280],
])('goes by redirect on %s', async (_, query, width) => {
  vi.stubGlobal('matchMedia', (asked: string) => ({ matches: asked === query }))
  vi.stubGlobal('innerWidth', width)
  const page = createPage()
  await page.user.click(await invite(page))
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
  expect(page.open).not.toHaveBeenCalled()
})

it.each([
  ['Facebook', 'Mozilla/5.0 (iPad) Mobile/15E148 [FBAN/FBIOS;FBAV/520.0]'],
  ['Instagram', 'Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Instagram 400.0'],
  ['an Android app', 'Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) Chrome/140.0'],
])('goes by redirect in the browser of %s', async (_, userAgent) => {
  vi.spyOn(navigator, 'userAgent', 'get').mockReturnValue(userAgent)
  const page = createPage()
  const button = await invite(page)
  expect(screen.getByText(/^You go to Astra’s page/)).toHaveTextContent(
    'You go to Astra’s page and come back here. If that does not work, open this page in your browser.',
  )
  await page.user.click(button)
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
  expect(page.open).not.toHaveBeenCalled()
})

it('opens a window on a large touch screen', async () => {
  vi.stubGlobal('matchMedia', (asked: string) => ({ matches: asked === '(pointer: coarse)' }))
  vi.stubGlobal('innerWidth', 1024)
  const page = createPage()
  await page.user.click(await invite(page))
  expect(page.open).toHaveBeenCalledOnce()
})

it('closes the window and says why when the flow cannot be opened', async () => {
  const page = createPage()
  const onError = vi.fn()
  const button = await invite(page, { onError })
  page.answerNext('POST /flows', null)
  await page.user.click(button)
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'This cannot be done just now. Wait a moment, then try again.',
  )
  expect(page.popup().close).toHaveBeenCalledOnce()
  expect(page.popup().location.replace).not.toHaveBeenCalled()
  expect(onError).toHaveBeenCalledOnce()
  expect(onError.mock.lastCall?.[0]).toMatchObject({ code: 'proxy_unreachable' })
})

it('opens at the second try after a failure', async () => {
  const page = createPage()
  const button = await invite(page)
  page.answerNext('POST /flows', null)
  await page.user.click(button)
  await screen.findByRole('alert')
  await page.user.click(button)
  expect(await screen.findByRole('heading', { name: 'Finish in the other window' })).toHaveFocus()
})

it('opens one flow for a double click', async () => {
  const page = createPage()
  const button = await invite(page)
  const release = page.hold('POST /flows')
  await page.user.dblClick(button)
  expect(button).toHaveTextContent('Opening…')
  expect(button).toHaveAttribute('aria-disabled', 'true')
  release()
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  expect(page.open).toHaveBeenCalledOnce()
  expect(page.count('POST /flows')).toBe(1)
})

it('asks for this flow again and again while the window is open', async () => {
  const page = createPage()
  const button = await invite(page)
  stopTime()
  fireEvent.click(button)
  await page.settle()
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  const flow = page.popup().location.replace.mock.lastCall?.[0].split('/')[4]
  const before = statusReads(page)
  for (const polls of [1, 2, 3]) {
    await act(() => vi.advanceTimersByTimeAsync(4_000))
    await page.settle()
    expect(statusReads(page)).toBeGreaterThanOrEqual(before + polls)
  }
  expect(page.sent.at(-1)).toMatchObject({ route: 'GET /status', query: `?flow=${flow}` })
})

it('asks nothing on its own while an invitation is on the screen', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  stopTime()
  page.show()
  await page.settle()
  expect(screen.getByRole('button', { name: 'Continue to Astra' })).toBeVisible()
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  await page.settle()
  expect(statusReads(page)).toBe(1)
})

it('asks the proxy when a message claims success, and believes only the proxy', async () => {
  const page = createPage()
  const onComplete = vi.fn()
  const button = await invite(page, { onComplete })
  stopTime()
  fireEvent.click(button)
  await page.settle()
  const before = statusReads(page)
  message({ type: 'astra-onboarding', flow: 'forged', outcome: { state: 'authorized' }, step: 'complete' })
  await page.settle()
  expect(statusReads(page)).toBe(before + 1)
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  expect(onComplete).not.toHaveBeenCalled()
})

it.each([
  ['another origin', { type: 'astra-onboarding', flow: 'x' }, 'https://evil.test'],
  ['another sender', { type: 'webpackOk' }, window.location.origin],
  ['nobody', null, window.location.origin],
])('does nothing at all for a message of %s', async (_, data, origin) => {
  const page = createPage()
  const button = await invite(page)
  stopTime()
  fireEvent.click(button)
  await page.settle()
  const before = statusReads(page)
  message(data, origin)
  await page.settle()
  expect(statusReads(page)).toBe(before)
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
})

it.each(['focus', 'online', 'pageshow'])('looks at once on %s', async (event) => {
  const page = createPage()
  const button = await invite(page)
  stopTime()
  fireEvent.click(button)
  await page.settle()
  const before = statusReads(page)
  act(() => void window.dispatchEvent(new Event(event)))
  await page.settle()
  expect(statusReads(page)).toBe(before + 1)
})

it('asks nothing while the page is hidden, and at once when it is seen again', async () => {
  const page = createPage()
  const button = await invite(page)
  stopTime()
  fireEvent.click(button)
  await page.settle()
  const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
  await page.settle()
  const before = statusReads(page)
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  await page.settle()
  expect(statusReads(page)).toBe(before)
  visibility.mockReturnValue('visible')
  act(() => void document.dispatchEvent(new Event('visibilitychange')))
  await page.settle()
  expect(statusReads(page)).toBe(before + 1)
})

it('looks at once when another window of this origin says so, and closes its channel with the widget', async () => {
  const channels = new Map<EventTarget, string>()
  vi.stubGlobal(
    'BroadcastChannel',
    class extends EventTarget {
      constructor(name: string) {
        super()
        channels.set(this, name)
      }
      close = () => channels.delete(this)
    },
  )
  const page = createPage()
  await page.browser('customer-1').submit()
  stopTime()
  const { unmount } = page.show()
  await page.settle()
  const before = statusReads(page)
  expect([...channels.values()]).toEqual([SIGNAL_CHANNEL])
  const [channel] = channels.keys()
  const data = { type: 'astra-onboarding', flow: 'x' }
  act(
    () => void channel?.dispatchEvent(new MessageEvent('message', { origin: window.location.origin, data })),
  )
  await page.settle()
  expect(statusReads(page)).toBe(before + 1)
  unmount()
  expect(channels.size).toBe(0)
})

it('works in a browser without BroadcastChannel', async () => {
  vi.stubGlobal('BroadcastChannel', undefined)
  const page = createPage()
  await openPopup(page)
  await page.finishPopup()
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
})

it('shows "All set" at the end and calls onComplete once', async () => {
  const page = createPage()
  const onComplete = vi.fn()
  await openPopup(page, { onComplete })
  const { flow } = await page.finishPopup()
  message({ type: 'astra-onboarding', flow: flow.id })
  expect(await screen.findByRole('heading', { name: 'All set' })).toHaveFocus()
  const before = statusReads(page)
  page.lookAgain()
  await waitFor(() => expect(statusReads(page)).toBe(before + 1))
  page.lookAgain()
  await waitFor(() => expect(statusReads(page)).toBe(before + 2))
  expect(onComplete).toHaveBeenCalledOnce()
})

it('finds out by itself when no message arrives', async () => {
  const page = createPage()
  await openPopup(page)
  await page.finishPopup()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
})

it('calls the newest onComplete, not the one of an earlier render', async () => {
  const page = createPage()
  const [first, second] = [vi.fn(), vi.fn()]
  await page.browser('customer-1').submit()
  const { rerender } = page.show({ onComplete: first })
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  rerender(<AstraOnboarding onComplete={second} />)
  await page.finishPopup()
  page.lookAgain()
  await screen.findByRole('heading', { name: 'All set' })
  expect(first).not.toHaveBeenCalled()
  expect(second).toHaveBeenCalledOnce()
})

it.each([
  ['no-code', 'You came back before everything was finished. You can go on.'],
  ['access_denied', 'You did not give permission. Nothing was changed; you can still do it.'],
] as const)('says so when somebody comes back without a code: %s', async (decline, sentence) => {
  const page = createPage({ simulator: { decline } })
  const onComplete = vi.fn()
  await openPopup(page, { onComplete })
  await page.finishPopup(['cancel'])
  page.lookAgain()
  expect(await screen.findByRole('alert')).toHaveTextContent(sentence)
  expect(screen.getByRole('button', { name: 'Continue to Astra' })).toBeVisible()
  expect(onComplete).not.toHaveBeenCalled()
})

it('says so again when somebody comes back without a code for the second time', async () => {
  const page = createPage()
  const button = await invite(page)
  await page.user.click(button)
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  await page.finishPopup(['cancel'])
  page.lookAgain()
  await screen.findByRole('alert')
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  await page.finishPopup(['cancel'])
  page.lookAgain()
  expect(await screen.findByRole('alert')).toHaveTextContent(/^You came back before everything was finished/)
})

it('stops after the third time', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  for (let time = 1; time <= 3; time++) {
    await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
    await screen.findByRole('heading', { name: 'Finish in the other window' })
    await page.finishPopup(['cancel'])
    page.lookAgain()
  }
  expect(await screen.findByRole('heading', { name: 'This could not be finished' })).toBeVisible()
})

it('says what to do when somebody else signed in at Astra', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show({ supportUrl: '/help' })
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  await page.browser('customer-2').onboard({ ...ROSA, email: 'other@example.com' })
  const { flow } = await page.finishPopup()
  page.lookAgain()
  expect(flow.outcome).toMatchObject({ state: 'failed', error: 'identity_mismatch' })
  expect(await screen.findByRole('alert')).toHaveTextContent(/^This does not work just now. Contact support/)
})

it('takes the notice away when somebody goes on', async () => {
  const page = createPage()
  await openPopup(page)
  await page.finishPopup(['cancel'])
  page.lookAgain()
  await screen.findByRole('alert')
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  await page.finishPopup()
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
})

it('does not take a closed window for an end', async () => {
  const page = createPage()
  await openPopup(page)
  page.popup().closed = true
  const before = statusReads(page)
  page.lookAgain()
  await waitFor(() => expect(statusReads(page)).toBe(before + 1))
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  await page.finishPopup()
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
})

it('asks about a window that has been closed for ten seconds, and goes on with either answer', async () => {
  const page = createPage()
  const button = await invite(page)
  stopTime()
  fireEvent.click(button)
  await page.settle()
  const before = statusReads(page)
  page.popup().closed = true
  await act(() => vi.advanceTimersByTimeAsync(600))
  await page.settle()
  expect(statusReads(page)).toBe(before + 1)
  await act(() => vi.advanceTimersByTimeAsync(9_000))
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  await act(() => vi.advanceTimersByTimeAsync(1_000))
  expect(screen.getByRole('heading', { name: 'Is the other window closed?' })).toBeVisible()
  expect(screen.getByRole('button', { name: 'Continue here instead' })).toBeVisible()
  expect(screen.getByRole('button', { name: 'Start again' })).toBeVisible()
  await page.finishPopup()
  await page.settle()
  page.lookAgain()
  await page.settle()
  expect(screen.getByRole('heading', { name: 'All set' })).toBeVisible()
})

it('takes the question back when the window can be seen again', async () => {
  const page = createPage()
  const button = await invite(page)
  stopTime()
  fireEvent.click(button)
  await page.settle()
  page.popup().closed = true
  await act(() => vi.advanceTimersByTimeAsync(11_000))
  page.popup().closed = false
  await act(() => vi.advanceTimersByTimeAsync(1_000))
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
})

it('sends a window that was closed meanwhile nowhere', async () => {
  const page = createPage()
  const button = await invite(page)
  const release = page.hold('POST /flows')
  await page.user.click(button)
  page.popup().closed = true
  release()
  expect(await screen.findByRole('button', { name: 'Continue to Astra' })).toBeVisible()
  expect(page.popup().location.replace).not.toHaveBeenCalled()
})

it('asks a few times for a thousand messages', async () => {
  const page = createPage()
  const button = await invite(page)
  stopTime()
  fireEvent.click(button)
  await page.settle()
  const before = statusReads(page)
  for (let time = 0; time < 1_000; time++) message({ type: 'astra-onboarding', flow: 'forged' })
  await act(() => vi.advanceTimersByTimeAsync(300))
  await page.settle()
  expect(statusReads(page)).toBe(before + 2)
})

it('says that the connection is gone, until it is back', async () => {
  const page = createPage()
  await invite(page)
  const isOnline = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  act(() => void window.dispatchEvent(new Event('offline')))
  const text = 'You are offline. This page goes on by itself when the connection is back.'
  expect(screen.getByText(text)).toBeVisible()
  isOnline.mockReturnValue(true)
  act(() => void window.dispatchEvent(new Event('online')))
  expect(screen.queryByText(text)).toBeNull()
})

it('brings the window to the front, and opens nothing new for it', async () => {
  const page = createPage()
  await openPopup(page)
  await page.user.click(screen.getByRole('button', { name: 'Show the window' }))
  expect(page.popup().focus).toHaveBeenCalledOnce()
  expect(page.open).toHaveBeenCalledOnce()
})

it('opens a new window in place of one that was closed', async () => {
  const page = createPage()
  await openPopup(page)
  const old = page.popup()
  old.closed = true
  await page.user.click(screen.getByRole('button', { name: 'Show the window' }))
  await waitFor(() => expect(page.popup().location.replace).toHaveBeenCalledOnce())
  expect(page.popup()).not.toBe(old)
})

it('goes on in this window when somebody prefers that, and closes the other', async () => {
  const page = createPage()
  await openPopup(page)
  await page.user.click(screen.getByRole('button', { name: 'Continue here instead' }))
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
  expect(page.popup().close).toHaveBeenCalledOnce()
  expect(page.sent.findLast(({ route }) => route === 'POST /flows')?.body).toMatchObject({
    presentation: 'redirect',
  })
})

it('starts again in a new window, and closes the old', async () => {
  const page = createPage()
  await openPopup(page)
  const old = page.popup()
  await page.user.click(screen.getByRole('button', { name: 'Start again' }))
  await waitFor(() => expect(page.popup().location.replace).toHaveBeenCalledOnce())
  expect(page.popup()).not.toBe(old)
  expect(old.close).toHaveBeenCalledOnce()
  await page.finishPopup()
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
})

it('keeps the screen through an outage of the proxy, and goes on afterwards', async () => {
  const page = createPage()
  await openPopup(page)
  const before = statusReads(page)
  page.answerNext('GET /status', null)
  page.lookAgain()
  await waitFor(() => expect(statusReads(page)).toBe(before + 1))
  expect(screen.getByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  await page.finishPopup()
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
})

it('offers another try when the proxy cannot be reached at all', async () => {
  const page = createPage()
  const onError = vi.fn()
  page.answerNext('GET /status', null)
  page.show({ onError })
  expect(await screen.findByRole('alert')).toHaveTextContent(/^This cannot be done just now/)
  expect(onError).toHaveBeenCalledOnce()
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByRole('heading', { name: 'Set up instant transfers' })).toBeVisible()
})

it('waits while the check is pending, and goes on by itself', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Pending' })
  page.show()
  expect(await screen.findByRole('heading', { name: 'Checking your details' })).toBeVisible()
  page.advance(6_000)
  expect(await screen.findByRole('button', { name: 'Continue to Astra' })).toBeVisible()
})

it('offers to go on when the check takes long', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Slow' })
  page.advance(11_000)
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  expect(await screen.findByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
})

it.each([
  ['Rejected', 'Your identity could not be confirmed'],
  ['Suspended', 'Your account with Astra is suspended'],
])('tells a person named %s that this is the end, with a reference for support', async (firstName, title) => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName })
  page.show({ supportUrl: 'https://bank.test/help' })
  expect(await screen.findByRole('heading', { name: title })).toBeVisible()
  expect(screen.getByText(/^Reference [0-9A-F]{8}$/)).toBeVisible()
  expect(screen.getByRole('link', { name: 'Contact support' })).toHaveAttribute(
    'href',
    'https://bank.test/help',
  )
  expect(screen.queryByRole('button')).toBeNull()
})

it('sends the headers of the partner with every call, asked anew each time', async () => {
  const page = createPage()
  const seen: (string | null)[] = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation((address, init) => {
    seen.push(new Headers(init?.headers).get('authorization'))
    return real(address, init)
  })
  let calls = 0
  await openPopup(page, { headers: () => Promise.resolve({ authorization: `Bearer ${++calls}` }) })
  expect(seen).toEqual(['Bearer 1', 'Bearer 2'])
})
