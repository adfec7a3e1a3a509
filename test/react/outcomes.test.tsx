import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { AddDebitCardButton } from '../../src/react/index.ts'
import type { AstraOnboardingEvent } from '../../src/react/index.ts'
import type { Deed } from '../support/harness.ts'
import { AUTHORIZE, ROSA } from '../support/harness.ts'
import {
  createPage,
  fillForm,
  findScreen,
  sendForm,
  signedOutAnswer,
  stopTime,
  theScreen,
} from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

/** Somebody at the widget with Astra open beside it, and the time standing still. */
async function withPopup(page: Page, onEvent?: (event: AstraOnboardingEvent) => void): Promise<void> {
  await page.browser('customer-1').submit()
  stopTime()
  page.show({ onEvent })
  await page.settle()
  click('Continue to Astra')
  await page.settle()
}

it('says that the window was closed when it has been so for ten seconds', async () => {
  const page = createPage()
  const events: AstraOnboardingEvent[] = []
  await withPopup(page, (event) => events.push(event))
  page.popup().closed = true
  await page.pass(500)
  await page.pass(9_900)
  expect(theScreen('Finish in the other window')).toBeVisible()
  await page.pass(200)
  expect(theScreen('Is the other window closed?')).toBeVisible()
  expect(events.filter(({ name }) => name === 'popup-closed')).toHaveLength(1)
})

it('takes that back when the window only seemed to be closed', async () => {
  const page = createPage()
  await withPopup(page)
  page.popup().closed = true
  await page.pass(5_000)
  page.popup().closed = false
  await page.pass(10_900)
  expect(theScreen('Finish in the other window')).toBeVisible()
})

it('goes to the end although the window seemed to be closed', async () => {
  const page = createPage()
  await withPopup(page)
  page.popup().closed = true
  await page.pass(1_000)
  await page.pass(10_000)
  await page.finishPopup()
  page.lookAgain()
  await page.settle()
  expect(theScreen('All set')).toBeVisible()
})

it('starts again in a new window after the old one was closed', async () => {
  const page = createPage()
  await withPopup(page)
  page.popup().closed = true
  await page.pass(1_000)
  await page.pass(10_000)
  click('Start again')
  await page.settle()
  expect(theScreen('Finish in the other window')).toBeVisible()
  expect(page.open).toHaveBeenCalledTimes(2)
})

it('goes to Astra in this window after the other one was closed', async () => {
  const page = createPage()
  await withPopup(page)
  page.popup().closed = true
  await page.pass(1_000)
  await page.pass(10_000)
  click('Continue here instead')
  await page.settle()
  expect(page.navigation.assign).toHaveBeenCalledOnce()
})

it('says that there is no network, and goes on by itself when it is back', async () => {
  const page = createPage()
  const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  page.answerNext('GET /status', null)
  page.show()
  expect(await findScreen('You are offline')).toBeVisible()
  online.mockReturnValue(true)
  fireEvent(window, new Event('online'))
  expect(await findScreen('Set up instant transfers')).toBeVisible()
})

it('says above what is there that the network has gone', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  await screen.findByRole('button', { name: 'Continue to Astra' })
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  fireEvent(window, new Event('offline'))
  page.answerNext('GET /status', null)
  page.lookAgain()
  const said = 'You are offline. This page goes on by itself when the connection is back.'
  expect(await screen.findByText(said)).toBeVisible()
  await page.settle()
  expect(screen.queryByRole('alert')).toBeNull()
})

it('says that the person is signed out, at first and later', async () => {
  const page = createPage()
  page.answerNext('GET /status', signedOutAnswer())
  page.show()
  expect(await findScreen('You are signed out')).toBeVisible()
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  await findScreen('Set up instant transfers')
  page.answerNext('GET /status', signedOutAnswer())
  page.lookAgain()
  expect(await findScreen('You are signed out')).toBeVisible()
})

it('shows nothing of somebody who is signed out when the proxy fails afterwards', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Slow' })
  page.show()
  await findScreen('Checking your details')
  page.answerNext('GET /status', signedOutAnswer())
  page.lookAgain()
  await findScreen('You are signed out')
  const asked = page.count('GET /status')
  page.answerNext('GET /status', new Response('<h1>Bad gateway</h1>', { status: 502 }))
  page.lookAgain()
  await waitFor(() => expect(page.count('GET /status')).toBe(asked + 1))
  await page.settle()
  expect(theScreen('You are signed out')).toBeVisible()
  page.lookAgain()
  expect(await findScreen('Checking your details')).toBeVisible()
})

it.each([{}, { error: 'session expired' }, [], 'ok'])(
  'takes an answer that is not the proxy’s for none: %j',
  async (body) => {
    const page = createPage()
    page.answerNext('GET /status', Response.json(body))
    page.show()
    expect(await findScreen('This does not work just now')).toBeVisible()
  },
)

it('shows that it asks when somebody wants it to try again', async () => {
  const page = createPage()
  page.answerNext('GET /status', null)
  page.show()
  const again = await screen.findByRole('button', { name: 'Try again' })
  const release = page.hold('GET /status')
  await page.user.click(again)
  expect(await screen.findByText('Loading…')).toBeVisible()
  release()
  expect(await findScreen('Set up instant transfers')).toHaveFocus()
})

it('says that no more tries are possible when Astra takes no more', async () => {
  const page = createPage()
  const onExit = vi.fn()
  page.show({ onExit, supportUrl: '/help' })
  await fillForm(page.user)
  page.answerNext(
    'POST /user-intents',
    Response.json(
      {
        error: {
          code: 'intent_limit_reached',
          message: '[astra] three user intents',
          userMessage: 'contact-support',
          retryable: false,
        },
      },
      { status: 409 },
    ),
  )
  await sendForm(page.user)
  expect(await findScreen('No more tries are possible')).toBeVisible()
  expect(screen.getByRole('link', { name: 'Contact support' })).toHaveAttribute('href', '/help')
  await page.user.click(screen.getByRole('button', { name: 'Close' }))
  expect(onExit).toHaveBeenCalledExactlyOnceWith({ reason: 'stopped' })
})

it('says in the form that the last try had no answer', async () => {
  const page = createPage()
  page.simulator.failNext('POST /v1/user_intent', { network: 'after' })
  await page.browser('customer-1').submit()
  page.show()
  expect(await findScreen('Set up instant transfers')).toBeVisible()
  expect(screen.getByRole('alert')).toHaveTextContent(/^We don’t know whether your last try arrived/)
})

it('says that a photo ID is being looked at, and lets somebody send it again', async () => {
  const page = createPage()
  const browser = page.browser('customer-1')
  await browser.submit()
  const isLookedAt = () => page.simulator.setUserStatus(page.simulator.users()[0]?.id ?? '', 'document')
  await browser.trip(AUTHORIZE, isLookedAt)
  await browser.trip(['document'], isLookedAt)
  page.show()
  expect(await findScreen('Your photo ID is being checked')).toBeVisible()
  expect(screen.queryByRole('alert')).toBeNull()
  const again = screen.getByRole('button', { name: 'Send a photo again' })
  const release = page.hold('POST /flows')
  await page.user.dblClick(again)
  expect(again).toHaveTextContent('Opening…')
  expect(again).toHaveAttribute('aria-disabled', 'true')
  expect(again).toHaveFocus()
  release()
  expect(await findScreen('Finish in the other window')).toBeVisible()
  expect(page.count('POST /flows')).toBe(1)
})

it('says of a business that Astra takes days', async () => {
  const page = createPage()
  page.answerNext(
    'GET /status',
    Response.json({
      step: { name: 'wait', mayAuthorize: false, lasts: 'days' },
      reference: '0A1B2C3D',
      creationUnknown: false,
      mayCorrect: false,
    }),
  )
  page.show({ supportUrl: '/help' })
  const text =
    'Astra looks at this itself, which takes a day or two. You can close this page and come back tomorrow.'
  expect(await screen.findByText(text)).toBeVisible()
})

it('says after twenty seconds under the eyes of somebody that the check takes longer', async () => {
  const page = createPage()
  await page.browser('customer-1').submit({ ...ROSA, firstName: 'Slow' })
  stopTime()
  page.show()
  await page.settle()
  expect(screen.getByRole('status')).toHaveTextContent('This usually takes a few seconds.')
  await page.pass(20_000)
  expect(screen.getByRole('status')).toHaveTextContent(/^It takes longer than usual/)
})

it.each([
  ['while they wait', 'Slow', 'Checking your details', (page: Page) => page.pass(2_000)],
  ['after the end', 'Rosa', 'All set', async (page: Page) => page.lookAgain()],
])(
  'says to a User %s that they were suspended meanwhile, at its next look',
  async (_, firstName, title, look) => {
    const page = createPage()
    const browser = page.browser('customer-1')
    await browser.submit({ ...ROSA, firstName })
    // So long a slow check has to take before anybody may authorize.
    page.advance(11_000)
    await browser.trip()
    stopTime()
    page.show()
    await page.settle()
    expect(theScreen(title)).toBeVisible()
    page.advance(6_000)
    page.simulator.setUserStatus(page.simulator.users()[0]?.id ?? '', 'suspended')
    await look(page)
    await page.settle()
    expect(theScreen('Your account with Astra is suspended')).toBeVisible()
    const before = page.count('GET /status')
    await page.pass(60_000)
    expect(page.count('GET /status')).toBe(before)
  },
)

it('does not work in a frame of another site, and says what to do', async () => {
  vi.stubGlobal('top', {
    get location(): Location {
      throw new DOMException('cross-origin', 'SecurityError')
    },
  })
  createPage().show()
  expect(await findScreen('Open this in a window of its own')).toBeVisible()
})

/** Somebody onboarded, whose dialog has led to Astra's card form; `deeds` are done there. */
async function linkCard(page: Page, ...deeds: Deed[]): Promise<void> {
  await page.browser('customer-1').onboard()
  const onComplete = vi.fn()
  render(<AddDebitCardButton onComplete={onComplete} />)
  await page.user.click(screen.getByRole('button', { name: 'Add debit card' }))
  await findScreen('Add a debit card')
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  expect(page.sent.findLast(({ route }) => route === 'POST /flows')?.body).toMatchObject({
    goal: 'link-card',
  })
  await page.finishPopup(['phone', 'code', ...deeds])
  page.lookAgain()
}

it('says that the card is added', async () => {
  const page = createPage()
  await linkCard(page, 'card approved')
  expect(await findScreen('Your card is added')).toBeVisible()
})

it('says that the card was declined, and takes another one', async () => {
  const page = createPage()
  await linkCard(page, 'card declined')
  expect(await screen.findByText('Astra did not accept this card. Try another one.')).toBeVisible()
  await page.user.click(screen.getByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await page.finishPopup(['phone', 'code', 'card approved-too'])
  page.advance(6_000)
  page.lookAgain()
  expect(await findScreen('Your card is added')).toBeVisible()
})

it('says that the card is being checked, and goes on by itself', async () => {
  const page = createPage()
  await linkCard(page, 'card pending')
  expect(
    await screen.findByText('Astra is checking your card. This usually takes a few seconds.'),
  ).toBeVisible()
  page.advance(60_000)
  page.lookAgain()
  expect(await findScreen('Your card is added')).toBeVisible()
})

it('says after twenty seconds that the check of a card takes longer, and that the page may be closed', async () => {
  const page = createPage()
  await page.browser('customer-1').onboard()
  stopTime()
  page.show({ goal: 'link-card' })
  await page.settle()
  click('Continue to Astra')
  await page.settle()
  await page.finishPopup(['phone', 'code', 'card pending'])
  page.lookAgain()
  await page.settle()
  expect(screen.getByRole('status')).toHaveTextContent(/^Astra is checking your card/)
  await page.pass(20_000)
  expect(screen.getByRole('status')).toHaveTextContent(
    'It takes longer than usual. You can close this page and come back later.',
  )
})
