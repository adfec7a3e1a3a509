import { QueryClient } from '@tanstack/react-query'
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, it, vi } from 'vitest'
import { AstraGate, useAstraStatus } from '../../src/react/index.ts'
import type { AstraGateProps } from '../../src/react/index.ts'
import { AUTHORIZE } from '../support/harness.ts'
import { createPage, fillForm, findScreen, sendForm, stopTime, theScreen } from '../support/widget.tsx'

const DAY = 24 * 60 * 60 * 1000

function show(props: Partial<AstraGateProps> = {}) {
  return render(
    <AstraGate {...props}>
      <h1>Instant transfer</h1>
    </AstraGate>,
    { wrapper: StrictMode },
  )
}

const transfer = () => screen.queryByRole('heading', { name: 'Instant transfer' })

/** A page that knows nothing yet, also of what the page of another test has asked. */
const unknown = () => ({ fallback: <p>One moment</p>, queryClient: new QueryClient() })

/** What stands in the page after each change, without repetition. */
function film(container: HTMLElement): string[] {
  const seen = [container.textContent ?? '']
  const look = () => seen.at(-1) === container.textContent || seen.push(container.textContent ?? '')
  new MutationObserver(look).observe(container, { childList: true, subtree: true, characterData: true })
  return seen
}

it('shows its fallback until it is known, and nothing without one', async () => {
  const page = createPage()
  const release = page.hold('GET /status')
  const { container, rerender } = show({ fallback: <p>One moment</p> })
  expect(container).toHaveTextContent(/^One moment$/)
  rerender(<AstraGate>Instant transfer</AstraGate>)
  expect(container).toBeEmptyDOMElement()
  release()
  await waitFor(() => expect(container).not.toBeEmptyDOMElement())
})

it('shows one and the same fallback until it knows which screen to show', async () => {
  const page = createPage()
  const releases = [page.hold('GET /status'), page.hold('GET /status')]
  const { container } = show({ ...unknown(), locale: 'en' })
  const seen = film(container)
  const fallback = screen.getByText('One moment')
  for (const [index, release] of releases.entries()) {
    await waitFor(() => expect(page.count('GET /status')).toBe(index + 1))
    expect(screen.getByText('One moment')).toBe(fallback)
    release()
  }
  await findScreen('Set up instant transfers')
  expect(seen).toEqual(['One moment', expect.stringMatching(/^Set up instant transfers/)])
})

it('shows its children at once to somebody who is ready, and asks once', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  const onComplete = vi.fn()
  const { container } = show({ onComplete })
  expect(await screen.findByText('Instant transfer')).toBeVisible()
  await page.settle()
  expect(container.querySelector('.astra-onboarding')).toBeNull()
  expect(page.count('GET /status')).toBe(1)
  expect(onComplete).not.toHaveBeenCalled()
})

it('shows the onboarding to a newcomer, and its children when that is done', async () => {
  const page = createPage()
  const onComplete = vi.fn()
  show({ onComplete })
  await fillForm(page.user)
  expect(transfer()).toBeNull()
  await sendForm(page.user)
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await page.finishPopup()
  page.lookAgain()
  expect(await screen.findByText('Instant transfer')).toBeVisible()
  expect(onComplete).toHaveBeenCalledOnce()
})

it('goes back to the onboarding when the authorization ends while the page is open', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  stopTime()
  show()
  await page.settle()
  expect(transfer()).toBeVisible()
  page.advance(11 * DAY)
  await page.pass(60_000)
  expect(transfer()).toBeNull()
  expect(theScreen('Confirm once more')).toBeVisible()
})

it.each<[also: string, hasMenu: boolean]>([
  ['', false],
  [', whom a menu of the page still knows', true],
])('shows its children to nobody for the sake of the person before%s', async (_, hasMenu) => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  const Menu = () => <nav aria-label={useAstraStatus().status} />
  const App = ({ who }: { who: string | null }) => (
    <>
      {hasMenu && <Menu />}
      {who && (
        <AstraGate key={who} fallback={<p>One moment</p>}>
          <h1>Instant transfer</h1>
        </AstraGate>
      )}
    </>
  )
  const { container, rerender } = render(<App who="Rosa" />)
  await screen.findByText('Instant transfer')
  if (hasMenu) rerender(<App who={null} />)
  page.answerNext('GET /status', null)
  page.answerNext('GET /status', null)
  rerender(<App who="Amy" />)
  expect(container).toHaveTextContent(/^One moment$/)
  const seen = film(container)
  await waitFor(() => expect(container).toHaveTextContent(/^This does not work just now/))
  expect(seen).not.toContainEqual(expect.stringContaining('Instant transfer'))
})

it('goes on after a redirect, and then shows its children', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { flow, startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  await page.request('POST', '/flows/complete', { query: await page.walk(startPath) })
  page.visit(`/cards?astra_flow=${flow.id}`)
  const onComplete = vi.fn()
  show({ onComplete })
  expect(await screen.findByText('Instant transfer')).toBeVisible()
  expect(onComplete).toHaveBeenCalledOnce()
  expect(window.location.search).toBe('')
})

it('shows its fallback after a redirect until it knows that its children are next', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { flow, startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  await page.request('POST', '/flows/complete', { query: await page.walk(startPath) })
  page.visit(`/cards?astra_flow=${flow.id}`)
  const seen = film(show(unknown()).container)
  await waitFor(() => expect(transfer()).toBeVisible())
  expect(seen).toEqual(['One moment', 'Instant transfer'])
})

it('offers a return again that could not be handed over, also to somebody who is ready by another window', async () => {
  const page = createPage()
  const browser = page.browser('customer-1')
  await browser.onboard()
  page.advance(11 * DAY)
  const { startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  const query = await page.walk(startPath)
  await browser.trip(AUTHORIZE)
  page.visit(`/cards${query}`)
  page.answerNext('POST /flows/complete', null)
  stopTime()
  show()
  await page.settle()
  expect(transfer()).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await vi.waitFor(() => expect(transfer()).toBeVisible())
  expect(page.count('POST /flows/complete')).toBe(2)
})

it('hands a return over that the gate before could not, before it shows its children', async () => {
  const page = createPage()
  const browser = page.browser('customer-1')
  await browser.onboard()
  page.advance(11 * DAY)
  const { startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  const query = await page.walk(startPath)
  await browser.trip(AUTHORIZE)
  page.visit(`/cards${query}`)
  page.answerNext('POST /flows/complete', null)
  stopTime()
  const first = show(unknown())
  await page.settle()
  first.unmount()
  const onComplete = vi.fn()
  show({ ...unknown(), onComplete })
  await vi.waitFor(() => expect(transfer()).toBeVisible())
  expect(page.count('POST /flows/complete')).toBe(2)
  expect(onComplete).toHaveBeenCalledOnce()
})

it('completes a return that lands on it before it shows its children', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  page.visit(`/cards${await page.walk(startPath)}`)
  show()
  expect(await screen.findByText('Instant transfer')).toBeVisible()
  expect(page.count('POST /flows/complete')).toBe(1)
  expect(window.location.search).toBe('')
})

it('shows its children to somebody ready who comes with a flow that nobody knows', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.visit('/cards?astra_flow=made-up')
  const onComplete = vi.fn()
  show({ onComplete })
  expect(await screen.findByText('Instant transfer')).toBeVisible()
  expect(onComplete).not.toHaveBeenCalled()
})

it('says what nothing came of after a redirect', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { flow, startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  await page.request('POST', '/flows/complete', { query: await page.walk(startPath, ['cancel']) })
  page.visit(`/cards?astra_flow=${flow.id}`)
  show()
  expect(await screen.findByRole('alert')).toHaveTextContent(/^You came back before everything was finished/)
  expect(transfer()).toBeNull()
})

it('shows its children as soon as the proxy answers again', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.answerNext('GET /status', null)
  page.answerNext('GET /status', null)
  show()
  await page.user.click(await screen.findByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('Instant transfer')).toBeVisible()
})

it('shows its children after the end as soon as it hears of it, though the onboarding hears no more', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const { flow, startPath } = await page.openFlow('redirect', `${window.location.origin}/cards`)
  await page.request('POST', '/flows/complete', { query: await page.walk(startPath) })
  const complete = await page.request('GET', `/status?goal=onboard&flow=${flow.id}`)
  page.visit(`/cards?astra_flow=${flow.id}`)
  // The gate does not hear, the onboarding does, and the gate again does not.
  for (const answer of [null, complete, null]) page.answerNext('GET /status', answer)
  stopTime()
  show(unknown())
  await page.settle()
  expect(theScreen('All set')).toBeVisible()
  expect(transfer()).toBeNull()
  const before = page.count('GET /status')
  const release = page.hold('GET /status')
  page.answerNext('GET /status', null)
  page.lookAgain()
  // The onboarding has asked in vain.
  await vi.waitFor(() => expect(page.count('GET /status')).toBe(before + 2))
  await act(() => new Promise((resolve) => void setImmediate(resolve)))
  release()
  await page.settle()
  expect(transfer()).toBeVisible()
})

it('shows its children to somebody ready although a return on the address is refused', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  page.visit('/cards?code=abc&state=astra.unknown.secret')
  show()
  await page.settle()
  expect(transfer()).toBeVisible()
})
