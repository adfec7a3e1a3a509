import { render, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton, AstraOnboarding } from '../../src/react/index.ts'
import type { AstraOnboardingEvent } from '../../src/react/index.ts'
import { ROSA } from '../support/harness.ts'
import {
  createPage,
  fillForm,
  findScreen,
  input,
  proceed,
  sendForm,
  signedOutAnswer,
  SSN,
} from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

function listen() {
  const events: AstraOnboardingEvent[] = []
  return { events, onEvent: (event: AstraOnboardingEvent) => void events.push(event) }
}

/** From the form over Astra to the end, with a refusal, a failure and a window that is given up on the way. */
async function wholeJourney(page: Page): Promise<void> {
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await page.user.type(input(SSN), '48')
  await proceed(page.user)
  await screen.findByRole('alert')
  await fillForm(page.user)
  page.answerNext('POST /user-intents', null)
  await sendForm(page.user)
  await screen.findByRole('alert')
  await page.user.click(screen.getByRole('button', { name: 'Change About you' }))
  await page.user.type(input(SSN), ROSA.ssnLast4)
  await proceed(page.user)
  await sendForm(page.user)
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await page.finishPopup(['cancel'])
  page.lookAgain()
  page.open.mockImplementationOnce(() => null)
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await waitFor(() => expect(page.navigation.assign).toHaveBeenCalledOnce())
  const start = page.navigation.assign.mock.lastCall?.[0].replace('/api/astra', '') ?? ''
  await page.request('POST', '/flows/complete', { query: await page.walk(start) })
  page.lookAgain()
  await findScreen('All set')
}

const JOURNEY: AstraOnboardingEvent[] = [
  { name: 'opened' },
  { name: 'screen-viewed', screen: 'loading' },
  { name: 'step-changed', step: 'collect-profile' },
  { name: 'screen-viewed', screen: 'profile/first' },
  { name: 'page-viewed', page: 'intro' },
  { name: 'page-viewed', page: 'about' },
  {
    name: 'fields-refused',
    fields: {
      firstName: 'name.required',
      lastName: 'name.required',
      dateOfBirth: 'date_of_birth.required',
      ssnLast4: 'ssn.format',
    },
  },
  { name: 'page-viewed', page: 'contact' },
  { name: 'page-viewed', page: 'address' },
  { name: 'page-viewed', page: 'review' },
  { name: 'profile-sent' },
  { name: 'profile-refused', code: 'proxy_unreachable' },
  { name: 'page-viewed', page: 'about' },
  { name: 'page-viewed', page: 'review' },
  { name: 'profile-sent' },
  { name: 'profile-taken' },
  { name: 'step-changed', step: 'hosted-flow' },
  { name: 'screen-viewed', screen: 'invitation/first-time' },
  { name: 'flow-opened', flow: 'authorize', presentation: 'popup' },
  { name: 'screen-viewed', screen: 'popup' },
  { name: 'flow-ended', flow: 'authorize', outcome: 'returned' },
  { name: 'screen-viewed', screen: 'invitation/first-time' },
  { name: 'popup-blocked' },
  { name: 'flow-opened', flow: 'authorize', presentation: 'redirect' },
  { name: 'step-changed', step: 'complete' },
  { name: 'screen-viewed', screen: 'complete/onboarding' },
  { name: 'completed' },
  { name: 'closed', reason: 'completed' },
]

it('tells the whole journey, once each and in the order in which it shows', async () => {
  const page = createPage()
  const { events, onEvent } = listen()
  render(<AstraOnboarding locale="en" onEvent={onEvent} onExit={() => {}} />, { wrapper: StrictMode })
  await wholeJourney(page)
  await page.user.click(screen.getByRole('button', { name: 'Done' }))
  expect(events).toEqual(JOURNEY)
})

it('puts nothing typed, no id and no token into any event', async () => {
  const page = createPage()
  const { events, onEvent } = listen()
  page.show({ onEvent, onExit: () => {} })
  await wholeJourney(page)
  const told = JSON.stringify(events)
  const reference = (await (await page.request('GET', '/status')).json()) as { reference: string }
  const secrets = [
    ...Object.values(ROSA),
    'customer-1',
    reference.reference,
    ...page.simulator.intents().map(({ id }) => id),
    ...page.simulator.users().map(({ id }) => id),
    page.navigation.assign.mock.lastCall?.[0].split('/')[4] ?? '',
    page.popup().location.replace.mock.lastCall?.[0].split('/')[4] ?? '',
  ]
  expect(secrets.every((secret) => secret.length > 1)).toBe(true)
  // Two letters may be part of any word.
  expect(secrets.filter((secret) => secret !== ROSA.state && told.includes(secret))).toEqual([])
  expect(events.length).toBeGreaterThan(25)
})

it('tells of no screen as long as nothing shows', async () => {
  const page = createPage()
  const { events, onEvent } = listen()
  await page.browser('customer-1').onboard()
  page.show({ launch: 'auto', onEvent })
  await waitFor(() => expect(page.count('GET /status')).toBe(1))
  await page.settle()
  expect(events).toEqual([{ name: 'step-changed', step: 'complete' }])
  page.advance(11 * 24 * 60 * 60 * 1000)
  page.lookAgain()
  await findScreen('Confirm once more')
  expect(events.slice(1)).toEqual([
    { name: 'step-changed', step: 'hosted-flow' },
    { name: 'opened' },
    { name: 'screen-viewed', screen: 'invitation/again' },
  ])
})

it('tells of a failure once, by event and by onError, however often the proxy does not answer', async () => {
  const page = createPage()
  const { events, onEvent } = listen()
  const onError = vi.fn()
  page.show({ onEvent, onError })
  await findScreen('Set up instant transfers')
  for (const reads of [2, 3]) {
    page.answerNext('GET /status', null)
    page.lookAgain()
    await waitFor(() => expect(page.count('GET /status')).toBeGreaterThanOrEqual(reads))
    await page.settle()
  }
  expect(onError).toHaveBeenCalledOnce()
  expect(onError.mock.lastCall?.[0]).toMatchObject({
    code: 'proxy_unreachable',
    message: '[astra] The proxy did not answer. Check `basePath` and that the proxy is mounted there.',
  })
  expect(events.filter(({ name }) => name === 'failed')).toEqual([
    { name: 'failed', code: 'proxy_unreachable' },
  ])
})

it('tells of the end of a trip once, also when its card is checked afterwards and the session ends in between', async () => {
  const page = createPage()
  const { events, onEvent } = listen()
  await page.browser('customer-1').onboard()
  page.show({ goal: 'link-card', onEvent })
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await page.finishPopup(['phone', 'code', 'card pending'])
  page.lookAgain()
  await screen.findByText('Astra is checking your card. This usually takes a few seconds.')
  page.answerNext('GET /status', signedOutAnswer())
  page.lookAgain()
  await findScreen('You are signed out')
  page.advance(60_000)
  page.lookAgain()
  await findScreen('Your card is added')
  expect(events.filter(({ name }) => name === 'flow-opened' || name === 'flow-ended')).toEqual([
    { name: 'flow-opened', flow: 'link-card', presentation: 'popup' },
    { name: 'flow-ended', flow: 'link-card', outcome: 'returned' },
  ])
})

it.each([
  ['completed', 'All set', 'Done', (page: Page) => page.browser('customer-1').onboard()],
  [
    'stopped',
    'Your identity could not be confirmed',
    'Close',
    (page: Page) => page.browser('customer-1').submit({ ...ROSA, firstName: 'Rejected' }),
  ],
] as const)('says that somebody who leaves has %s', async (reason, title, button, reach) => {
  const page = createPage()
  await reach(page)
  const { events, onEvent } = listen()
  const onExit = vi.fn()
  page.show({ onEvent, onExit })
  await findScreen(title)
  await page.user.click(screen.getByRole('button', { name: button }))
  expect(onExit).toHaveBeenCalledExactlyOnceWith({ reason })
  expect(events.at(-1)).toEqual({ name: 'closed', reason })
})

it.each([
  ['dismissed', 'Set up instant transfers', () => {}],
  [
    'stopped',
    'Your identity could not be confirmed',
    (page: Page) => page.browser('customer-1').submit({ ...ROSA, firstName: 'Rejected' }),
  ],
  ['dismissed', 'Add a debit card', (page: Page) => page.browser('customer-1').onboard()],
] as const)('says on closing its dialog that somebody has %s at "%s"', async (reason, title, reach) => {
  const page = createPage()
  await reach(page)
  const { events, onEvent } = listen()
  const onExit = vi.fn()
  render(<AddDebitCardButton onEvent={onEvent} onExit={onExit} />)
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  await findScreen(title)
  await page.user.click(screen.getAllByRole('button', { name: 'Close' })[0] ?? document.body)
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(onExit).toHaveBeenCalledExactlyOnceWith({ reason })
  expect(events.filter(({ name }) => name === 'closed')).toEqual([{ name: 'closed', reason }])
})

it('closes its dialog once when somebody presses the button of a last screen', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Rejected' })
  const { events, onEvent } = listen()
  const onExit = vi.fn()
  render(<AddDebitCardButton onEvent={onEvent} onExit={onExit} />)
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  await findScreen('Your identity could not be confirmed')
  await page.user.click(screen.getAllByRole('button', { name: 'Close' })[1] ?? document.body)
  expect(onExit).toHaveBeenCalledExactlyOnceWith({ reason: 'stopped' })
  expect(events.filter(({ name }) => name === 'closed')).toEqual([{ name: 'closed', reason: 'stopped' }])
})
