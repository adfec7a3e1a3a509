import { render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, it, vi } from 'vitest'
import { AstraGate } from '../../src/react/index.ts'
import type { AstraGateProps } from '../../src/react/index.ts'
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
