import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, it, vi } from 'vitest'
import type { UserStatus } from '../../src/core/status.ts'
import { AstraOnboarding, completeAstraReturn } from '../../src/react/index.ts'
import { AUTHORIZE, ROSA } from '../support/harness.ts'
import { createPage, stopTime, theScreen } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const DAY = 24 * 60 * 60 * 1000

async function onboard(page: Page): Promise<void> {
  await page.browser('customer-1').onboard()
}

/** Somebody whose check came to another end than approval while they were at Astra. */
async function onboardAs(page: Page, status: UserStatus): Promise<void> {
  const browser = page.browser('customer-1')
  await browser.submit()
  await browser.trip(AUTHORIZE, () =>
    page.simulator.setUserStatus(page.simulator.users()[0]?.id ?? '', status),
  )
}

/** What stands in the address bar behind the origin. */
function address(): string {
  return window.location.pathname + window.location.search + window.location.hash
}

function here(path: string): string {
  return window.location.origin + path
}

/** Somebody who went to Astra from this page; answers the query string of their return. */
async function goToAstra(
  page: Page,
  from: string,
  deeds = AUTHORIZE,
): Promise<{ id: string; query: string }> {
  await page.browser('customer-1').submit()
  const { flow, startPath } = await page.openFlow('redirect', here(from))
  return { id: flow.id, query: await page.walk(startPath, deeds) }
}

/** The same, and the ready-made return page has done its work. */
async function resume(page: Page, from: string, deeds = AUTHORIZE): Promise<string> {
  const { id, query } = await goToAstra(page, from, deeds)
  await page.request('POST', '/flows/complete', { query })
  return id
}

const LAUNCHES = ['auto', 'auto-redirect'] as const

it.each(LAUNCHES)('renders nothing for a newcomer: %s', async (launch) => {
  const page = createPage()
  const { container } = page.show({ launch })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(container).toBeEmptyDOMElement()
})

it.each(LAUNCHES)('renders nothing for somebody who has never been to Astra: %s', async (launch) => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { container } = page.show({ launch })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(container).toBeEmptyDOMElement()
})

it.each(LAUNCHES)(
  'renders nothing for somebody complete, and does not call onComplete: %s',
  async (launch) => {
    const page = createPage()
    await onboard(page)
    const onComplete = vi.fn()
    const { container } = page.show({ launch, onComplete })
    await waitFor(() => expect(page.count('GET /status')).toBe(1))
    await page.settle()
    expect(container).toBeEmptyDOMElement()
    expect(onComplete).not.toHaveBeenCalled()
  },
)

it('does not call onComplete for somebody already complete at mount, however often it looks', async () => {
  const page = createPage()
  await onboard(page)
  const onComplete = vi.fn()
  page.show({ onComplete })
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  page.lookAgain()
  await waitFor(() => expect(page.count('GET /status')).toBe(2))
  await page.settle()
  expect(onComplete).not.toHaveBeenCalled()
})

it('launches by itself when the authorization is dead, and stays until it is renewed', async () => {
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  const onComplete = vi.fn()
  page.show({ launch: 'auto', onComplete })
  expect(await screen.findByRole('heading', { name: 'Confirm once more' })).toBeVisible()
  expect(page.count('POST /flows')).toBe(0)
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await screen.findByRole('heading', { name: 'Finish in the other window' })
  await page.finishPopup(['phone', 'code', 'consent', 'connect'])
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  expect(onComplete).toHaveBeenCalledOnce()
})

it('calls onComplete once for each completion, also when the authorization has to be renewed in between', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const onComplete = vi.fn()
  page.show({ onComplete })
  for (const heading of ['Confirm your phone and allow access', 'Confirm once more']) {
    await screen.findByRole('heading', { name: heading })
    await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
    await screen.findByRole('heading', { name: 'Finish in the other window' })
    await page.finishPopup()
    page.lookAgain()
    await screen.findByRole('heading', { name: 'All set' })
    page.advance(11 * DAY)
    page.lookAgain()
  }
  expect(onComplete).toHaveBeenCalledTimes(2)
})

it('launches by itself when the authorization dies while the page is open', async () => {
  const page = createPage()
  await onboard(page)
  const { container } = page.show({ launch: 'auto' })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(container).toBeEmptyDOMElement()
  page.advance(11 * DAY)
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'Confirm once more' })).toBeVisible()
})

it.each([
  ['retry', 'Correct your details'],
  ['document', 'Send a photo of your ID'],
] as const)('launches by itself for a user in %s', async (status, title) => {
  const page = createPage()
  await onboardAs(page, status)
  page.show({ launch: 'auto' })
  expect(await screen.findByRole('heading', { name: title })).toBeVisible()
})

it('goes to Astra without a click when the partner asks for it, once per page', async () => {
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  const { rerender } = page.show({ launch: 'auto-redirect' })
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
  expect(page.navigation.assign.mock.lastCall?.[0]).toMatch(/^\/api\/astra\/flows\/[\w-]+\/start$/)
  page.lookAgain()
  rerender(<AstraOnboarding launch="auto-redirect" presentation="popup" />)
  await waitFor(() => expect(page.count('GET /status')).toBeGreaterThan(1))
  await page.settle()
  expect(page.navigation.assign).toHaveBeenCalledOnce()
  expect(page.open).not.toHaveBeenCalled()
})

it('sends nobody to Astra from inside another site’s page', async () => {
  vi.stubGlobal('top', {
    get location(): Location {
      throw new DOMException('cross-origin', 'SecurityError')
    },
  })
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  page.show({ launch: 'auto-redirect' })
  expect(await screen.findByRole('heading', { name: 'Open this in a window of its own' })).toBeVisible()
  await page.settle()
  expect(page.count('POST /flows')).toBe(0)
})

it('does not send somebody back to Astra who has just come from there without a permission', async () => {
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  const { flow, startPath } = await page.openFlow('redirect', here('/cards'))
  await page.request('POST', '/flows/complete', { query: await page.walk(startPath, ['cancel']) })
  page.visit(`/cards?astra_flow=${flow.id}`)
  page.show({ launch: 'auto-redirect' })
  expect(await screen.findByRole('heading', { name: 'Confirm once more' })).toBeVisible()
  await page.settle()
  expect(page.navigation.assign).not.toHaveBeenCalled()
})

it('does not send somebody back to Astra whose return was refused', async () => {
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  const { startPath } = await page.openFlow('redirect', here('/cards'))
  page.visit(`/cards${await page.walk(startPath)}`)
  const error = { code: 'flow_not_found', message: '', userMessage: 'start-again', retryable: false }
  page.answerNext('POST /flows/complete', Response.json({ error }, { status: 404 }))
  page.show({ launch: 'auto-redirect' })
  expect(await screen.findByRole('heading', { name: 'Confirm once more' })).toBeVisible()
  await page.settle()
  expect(page.navigation.assign).not.toHaveBeenCalled()
})

it('does not send somebody back to Astra while the page goes on to where they started', async () => {
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  const { startPath } = await page.openFlow('redirect', here('/transfer'))
  page.visit(`/astra-return${await page.walk(startPath, ['cancel'])}`)
  page.show({ launch: 'auto-redirect' })
  await waitFor(() => expect(page.navigation.replace).toHaveBeenCalledOnce())
  await page.settle()
  expect(page.navigation.assign).not.toHaveBeenCalled()
  expect(page.count('GET /status')).toBe(0)
})

it('says what it does when somebody goes on before the check has ended, and opens one flow', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Slow' })
  page.advance(11_000)
  page.show({ presentation: 'redirect' })
  const release = page.hold('POST /flows')
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  const busy = await screen.findByRole('button', { name: 'Opening…' })
  await page.user.click(busy)
  expect(page.count('POST /flows')).toBe(1)
  release()
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
})

it('goes on after a redirect, and calls onComplete once', async () => {
  const page = createPage()
  const id = await resume(page, '/cards?tab=2')
  page.visit(`/cards?tab=2&astra_flow=${id}`)
  const onComplete = vi.fn()
  page.show({ launch: 'auto', onComplete })
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  page.lookAgain()
  await page.settle()
  expect(onComplete).toHaveBeenCalledOnce()
  expect(page.sent[0]).toMatchObject({ route: 'GET /status', query: `?flow=${id}` })
})

it('says after a redirect that nothing came of it', async () => {
  const page = createPage()
  const id = await resume(page, '/cards', ['cancel'])
  page.visit(`/cards?astra_flow=${id}`)
  page.show()
  expect(await screen.findByRole('alert')).toHaveTextContent(/^You came back before everything was finished/)
})

it('forgets the trip that it goes on with when another one begins', async () => {
  const page = createPage()
  const id = await resume(page, '/cards', ['cancel'])
  page.visit(`/cards?astra_flow=${id}`)
  const ended = vi.fn()
  page.show({ onEvent: ({ name }) => void (name === 'flow-ended' && ended()) })
  await screen.findByRole('alert')
  const release = page.hold('POST /flows')
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  page.lookAgain()
  await waitFor(() => expect(page.sent.at(-1)).toMatchObject({ route: 'GET /status', query: '' }))
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  // The answer comes after the request.
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)))
  expect(screen.getByRole('button', { name: 'Opening…' })).toBeVisible()
  expect(screen.queryByRole('alert')).toBeNull()
  release()
  expect(await screen.findByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  expect(ended).toHaveBeenCalledOnce()
})

it('does not call onComplete for a flow that somebody made up', async () => {
  const page = createPage()
  await onboard(page)
  page.visit('/cards?astra_flow=made-up')
  const onComplete = vi.fn()
  page.show({ onComplete })
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  await page.settle()
  expect(onComplete).not.toHaveBeenCalled()
})

it('takes astra_flow out of the address, and leaves every other parameter and the history state', async () => {
  const page = createPage()
  page.visit('/cards?tab=2&astra_flow=flow1&sort=up#top', { router: 7 })
  page.show()
  await screen.findByRole('heading', { name: 'Set up instant transfers' })
  expect(address()).toBe('/cards?tab=2&sort=up#top')
  expect(window.history.state).toEqual({ router: 7 })
})

it("leaves another OAuth client's return alone", async () => {
  const page = createPage()
  page.visit('/callback?code=abc&state=xyz', { router: 7 })
  const { container } = page.show({ launch: 'auto' })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(address()).toBe('/callback?code=abc&state=xyz')
  expect(page.count('POST /flows/complete')).toBe(0)
  expect(container).toBeEmptyDOMElement()
})

it('completes a return on this page, strips the address before the first request, and calls onComplete once', async () => {
  const page = createPage()
  const { query } = await goToAstra(page, '/cards?tab=2')
  page.visit(`/cards${query}&tab=2`, { router: 7 })
  const addresses: string[] = []
  const real = globalThis.fetch
  vi.spyOn(globalThis, 'fetch').mockImplementation((...call) => {
    addresses.push(address())
    return real(...call)
  })
  const onComplete = vi.fn()
  page.show({ launch: 'auto', onComplete })
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  expect(new Set(addresses)).toEqual(new Set(['/cards?tab=2']))
  expect(window.history.state).toEqual({ router: 7 })
  expect(onComplete).toHaveBeenCalledOnce()
  expect(page.sent[0]).toEqual({ route: 'POST /flows/complete', query: '', body: { query: query.slice(1) } })
  expect(page.navigation.replace).not.toHaveBeenCalled()
})

it('completes a return once in StrictMode', async () => {
  const page = createPage()
  const { query } = await goToAstra(page, '/cards')
  page.visit(`/cards${query}`)
  const onComplete = vi.fn()
  render(
    <StrictMode>
      <AstraOnboarding onComplete={onComplete} />
    </StrictMode>,
  )
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  await page.settle()
  expect(page.count('POST /flows/complete')).toBe(1)
  expect(onComplete).toHaveBeenCalledOnce()
})

it('goes on once in StrictMode after a redirect', async () => {
  const page = createPage()
  const id = await resume(page, '/cards')
  page.visit(`/cards?astra_flow=${id}`)
  const onComplete = vi.fn()
  render(
    <StrictMode>
      <AstraOnboarding launch="auto" onComplete={onComplete} />
    </StrictMode>,
  )
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  await page.settle()
  expect(onComplete).toHaveBeenCalledOnce()
})

it('redirects once in StrictMode', async () => {
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  render(
    <StrictMode>
      <AstraOnboarding launch="auto-redirect" />
    </StrictMode>,
  )
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
  await page.settle()
  expect(page.count('POST /flows')).toBe(1)
})

it('goes back to the page where the person started when this is another one', async () => {
  const page = createPage()
  const { id, query } = await goToAstra(page, '/transfer?amount=5')
  page.visit(`/astra-return${query}`)
  page.show()
  await waitFor(() =>
    expect(page.navigation.replace).toHaveBeenCalledWith(
      here(`/transfer?amount=5&astra_flow=${id}&astra_goal=onboard`),
    ),
  )
})

/** The connection breaks under the next posts of a return. */
function breakReturns(page: Page, times: number): void {
  for (let time = 0; time < times; time++) page.answerNext('POST /flows/complete', null)
}

it('offers a return again that could not be handed over, and does not lose it', async () => {
  const page = createPage()
  const { query } = await goToAstra(page, '/cards')
  page.visit(`/cards${query}`)
  breakReturns(page, 1)
  stopTime()
  page.show()
  await page.settle()
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await vi.waitFor(() => expect(theScreen('All set')).toBeVisible())
  expect(page.count('POST /flows/complete')).toBe(2)
})

it('tries a return again by itself, also where nobody sees the widget', async () => {
  const page = createPage()
  const { query } = await goToAstra(page, '/cards')
  page.visit(`/cards${query}`)
  breakReturns(page, 2)
  stopTime()
  const onComplete = vi.fn()
  page.show({ launch: 'auto', onComplete })
  await page.settle()
  expect(page.count('POST /flows/complete')).toBe(1)
  await page.pass(1_500)
  expect(page.count('POST /flows/complete')).toBe(2)
  expect(page.count('GET /status')).toBe(0)
  await page.pass(3_000)
  expect(onComplete).toHaveBeenCalledOnce()
  expect(page.count('POST /flows/complete')).toBe(3)
})

it('shows nothing of before a return while that is tried again', async () => {
  const page = createPage()
  const { query } = await goToAstra(page, '/cards')
  page.visit(`/cards${query}`)
  breakReturns(page, 2)
  stopTime()
  const onEvent = vi.fn()
  page.show({ onEvent })
  await page.settle()
  await page.pass(1_500)
  await page.pass(3_000)
  const viewed = onEvent.mock.calls.flatMap(([event]) =>
    event.name === 'screen-viewed' ? [event.screen] : [],
  )
  expect(viewed.filter((screen) => screen !== 'loading' && screen !== 'unreachable')).toEqual([
    'complete/onboarding',
  ])
})

it('knows the card of a return that was tried again, also where windows cannot tell each other', async () => {
  const page = createPage()
  vi.stubGlobal('BroadcastChannel', undefined)
  await onboard(page)
  const { startPath } = await page.openFlow('redirect', here('/cards'), 'link-card')
  page.visit(`/cards${await page.walk(startPath, ['phone', 'code', 'card approved'])}`)
  breakReturns(page, 2)
  stopTime()
  const onComplete = vi.fn()
  page.show({ goal: 'link-card', onComplete })
  await page.settle()
  await page.pass(1_500)
  await page.pass(3_000)
  expect(onComplete).toHaveBeenCalledOnce()
  expect(theScreen('Your card is added')).toBeVisible()
})

it('does not send somebody back to Astra whose return the widget before could not hand over', async () => {
  const page = createPage()
  await onboard(page)
  page.advance(11 * DAY)
  const { startPath } = await page.openFlow('redirect', here('/cards'))
  page.visit(`/cards${await page.walk(startPath, ['cancel'])}`)
  breakReturns(page, 1)
  stopTime()
  const first = page.show({ launch: 'auto-redirect' })
  await page.settle()
  first.unmount()
  page.show({ launch: 'auto-redirect' })
  await page.settle()
  expect(theScreen('Confirm once more')).toBeVisible()
  expect(page.navigation.assign).not.toHaveBeenCalled()
})

it.each(['waits for another try', 'is on its way'])(
  'leaves a return that %s to the next widget on the page when it goes before that has succeeded',
  async (moment) => {
    const page = createPage()
    const { query } = await goToAstra(page, '/cards')
    page.visit(`/cards${query}`)
    breakReturns(page, 2)
    stopTime()
    const release = moment === 'is on its way' ? page.hold('POST /flows/complete') : () => {}
    const first = render(<AstraOnboarding />, { wrapper: StrictMode })
    if (moment === 'waits for another try') await page.settle()
    first.unmount()
    release()
    await page.settle()
    const onComplete = vi.fn()
    page.show({ onComplete })
    await page.pass(5_000)
    expect(onComplete).toHaveBeenCalledOnce()
    expect(theScreen('All set')).toBeVisible()
  },
)

it('hands a return over in the next widget when that of the one before fails only then', async () => {
  const page = createPage()
  page.visit(`/cards${(await goToAstra(page, '/cards')).query}`)
  let fail = () => {}
  const breaking = new Promise<Response>((_, reject) => (fail = () => reject(new TypeError('fetch failed'))))
  const request = vi.spyOn(globalThis, 'fetch').mockReturnValueOnce(breaking)
  const { rerender } = render(<AstraOnboarding key="before" />)
  await waitFor(() => expect(request).toHaveBeenCalledOnce())
  rerender(<AstraOnboarding key="next" />)
  await screen.findByRole('heading', { name: 'Confirm your phone and allow access' })
  fail()
  await page.settle()
  page.lookAgain()
  expect(await screen.findByRole('heading', { name: 'All set' })).toBeVisible()
  expect(page.count('POST /flows/complete')).toBe(1)
})

it('says that the return is refused for good until somebody goes on, and tells the host', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.visit('/cards?code=abc&state=astra.unknown.secret')
  const onError = vi.fn()
  const onEvent = vi.fn()
  page.show({ onError, onEvent })
  const next = await screen.findByRole('button', { name: 'Continue to Astra' })
  expect(screen.getByRole('alert')).toHaveTextContent('That did not work. Start again; nothing was lost.')
  expect(address()).toBe('/cards')
  await page.settle()
  expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'flow_not_found' }))
  expect(onEvent).toHaveBeenCalledWith({ name: 'failed', code: 'flow_not_found' })
  await page.user.click(next)
  expect(await screen.findByRole('heading', { name: 'Finish in the other window' })).toBeVisible()
  expect(screen.queryByRole('alert')).toBeNull()
})

it('closes the popup when the return lands on a page of the partner', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA })
  const { startPath } = await page.openFlow('popup', here('/cards'))
  page.visit(`/cards${await page.walk(startPath)}`)
  const opener = { postMessage: vi.fn() }
  vi.stubGlobal('opener', opener)
  page.show()
  await waitFor(() => expect(window.close).toHaveBeenCalledOnce())
  expect(opener.postMessage).toHaveBeenCalledExactlyOnceWith(
    { type: 'astra-onboarding', flow: expect.any(String) },
    window.location.origin,
  )
})

it('leaves a page without a return alone: completeAstraReturn', async () => {
  const page = createPage()
  page.visit('/callback?code=abc&state=xyz')
  await completeAstraReturn()
  expect(address()).toBe('/callback?code=abc&state=xyz')
  expect(page.sent).toEqual([])
})

it('brings the person back from a page without the widget: completeAstraReturn', async () => {
  const page = createPage()
  const { id, query } = await goToAstra(page, '/cards?tab=2')
  page.visit(`/astra-return${query}`)
  await completeAstraReturn()
  expect(page.navigation.replace).toHaveBeenCalledExactlyOnceWith(
    here(`/cards?tab=2&astra_flow=${id}&astra_goal=onboard`),
  )
  expect(address()).toBe('/astra-return')
})

it('hands a return over as soon as the connection is back: completeAstraReturn', async () => {
  const page = createPage()
  const { query } = await goToAstra(page, '/cards')
  page.visit(`/astra-return${query}`)
  page.answerNext('POST /flows/complete', null)
  const done = completeAstraReturn()
  await waitFor(() => expect(page.count('POST /flows/complete')).toBe(1))
  await page.settle()
  window.dispatchEvent(new Event('online'))
  await done
  expect(page.count('POST /flows/complete')).toBe(2)
  expect(page.navigation.replace).toHaveBeenCalledOnce()
})

it('says that a return is refused, and does not try it again: completeAstraReturn', async () => {
  const page = createPage()
  page.visit('/astra-return?authorization_code=abc')
  await expect(completeAstraReturn()).rejects.toMatchObject({ name: 'ProxyError', code: 'flow_not_found' })
  expect(address()).toBe('/astra-return')
  expect(page.count('POST /flows/complete')).toBe(1)
})

it('gives a return up about a minute after its beginning, however long a single try takes: completeAstraReturn', async () => {
  const page = createPage()
  page.visit('/astra-return?authorization_code=abc')
  stopTime()
  vi.spyOn(globalThis, 'fetch').mockImplementation(
    () => new Promise((_, reject) => void setTimeout(() => reject(new TypeError('Failed')), 58_000)),
  )
  const failure = completeAstraReturn().catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(58_000 + 5_000 + 58_000)
  expect(await failure).toMatchObject({ name: 'ProxyError', code: 'proxy_unreachable' })
  expect(vi.getTimerCount()).toBe(0)
})

it('gives a return up after a minute, and says so: completeAstraReturn', async () => {
  const page = createPage()
  page.visit('/astra-return?authorization_code=abc')
  for (let time = 0; time < 20; time++) page.answerNext('POST /flows/complete', null)
  stopTime()
  const failure = completeAstraReturn().catch((error: unknown) => error)
  for (let time = 0; time < 12; time++) {
    await page.settle()
    await vi.advanceTimersByTimeAsync(5_000)
  }
  expect(await failure).toMatchObject({
    message: '[astra] The proxy did not answer. Check `basePath` and that the proxy is mounted there.',
  })
  expect(page.count('POST /flows/complete')).toBe(13)
})
