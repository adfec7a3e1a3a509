import { render, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { AddDebitCardButton, AstraOnboarding } from 'astra-onboarding'
import { CUSTOMER_STATES, mockAstra, onboardingPage, testingLibrary } from 'astra-onboarding/testing'
import type { CustomerState } from 'astra-onboarding/testing'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { network } from '../support/react-setup.ts'

const astra = mockAstra()
const server = setupServer(...astra.handlers)
let onboarding: ReturnType<typeof onboardingPage>
let complaints: ReturnType<typeof vi.spyOn>

beforeAll(() => {
  // As at a partner, nothing but their own server is there.
  network.close()
  server.listen({ onUnhandledRequest: 'error' })
})
beforeEach(() => {
  onboarding = onboardingPage(testingLibrary({ screen, waitFor, user: userEvent.setup() }))
  complaints = vi.spyOn(console, 'error')
})
afterEach(() => astra.reset())
afterAll(() => {
  server.close()
  astra.close()
})

it('takes a customer from the form to the end in a popup, and React has no complaint', async () => {
  const onComplete = vi.fn()
  render(<AstraOnboarding onComplete={onComplete} />)
  await onboarding.fillProfile()
  await onboarding.send()
  await onboarding.see('invitation/first-time')
  await onboarding.openAstra()
  const { outcome } = await astra.finishHostedFlow()
  expect(outcome.state).toBe('authorized')
  expect(astra.windows.newest.closed).toBe(true)
  await onboarding.see('complete/onboarding')
  await waitFor(() => expect(onComplete).toHaveBeenCalledOnce())
  expect(await astra.proxy.status('customer-1')).toMatchObject({ step: { name: 'complete' } })
  expect(complaints).not.toHaveBeenCalled()
})

it('adds a card for somebody who is ready, after one that is declined', async () => {
  await astra.given('ready')
  render(<AddDebitCardButton />)
  await onboarding.addCard()
  await onboarding.see('invitation/card')
  await onboarding.openAstra()
  await astra.finishHostedFlow(['card declined'])
  await screen.findByText('Astra did not accept this card. Try another one.')
  await onboarding.openAstra()
  await astra.finishHostedFlow()
  await onboarding.see('complete/card')
  expect(astra.simulator.cards().map(({ testCard }) => testCard)).toEqual(['declined', 'approved'])
})

it.each(Object.entries(CUSTOMER_STATES))('given %s: shows what the table says', async (state, { shows }) => {
  await astra.given(state as CustomerState)
  render(<AstraOnboarding />)
  await expect(onboarding.see(shows)).resolves.toBeUndefined()
})
