import { QueryClient } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { AstraGate } from 'astra-onboarding'
import { mockAstra } from 'astra-onboarding/testing'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { network } from '../support/react-setup.ts'

const astra = mockAstra()
const server = setupServer(...astra.handlers)

beforeAll(() => {
  network.close()
  server.listen({ onUnhandledRequest: 'error' })
})
// Before Testing Library takes the page down, as hooks go in Vitest.
afterEach(() => astra.reset())
afterAll(() => {
  server.close()
  astra.close()
})

const page = (
  <AstraGate fallback={<p>One moment</p>}>
    <p>Instant transfer</p>
  </AstraGate>
)

async function showToSomebodyReady() {
  await astra.given('ready')
  const rendered = render(page)
  await screen.findByText('Instant transfer')
  return rendered
}

const shown = () => document.body.textContent

describe('what a page has heard in one test', () => {
  it('(the one test, with somebody who is ready)', async () => {
    await expect(showToSomebodyReady()).resolves.toBeDefined()
  })

  it('is forgotten in the next, after `reset` alone', async () => {
    render(page)
    expect(shown()).toBe('One moment')
    await screen.findByRole('heading', { name: 'Set up instant transfers' })
  })

  it('(the one test once more)', async () => {
    await expect(showToSomebodyReady()).resolves.toBeDefined()
  })

  it('is forgotten in the next, which begins with `given`', async () => {
    await astra.given('not-onboarded')
    render(page)
    expect(shown()).toBe('One moment')
  })

  it('is forgotten within a test, by `given`, although faked timers have never run', async () => {
    const { unmount } = await showToSomebodyReady()
    vi.useFakeTimers()
    unmount()
    vi.useRealTimers()
    await astra.given('not-onboarded')
    render(page)
    expect(shown()).toBe('One moment')
  })

  it("is left where it is in a query client of the host's", async () => {
    const queryClient = new QueryClient()
    queryClient.setQueryData(['rates'], 3)
    render(<AstraGate queryClient={queryClient}>Instant transfer</AstraGate>)
    astra.reset()
    expect(queryClient.getQueryData(['rates'])).toBe(3)
  })
})
