import { screen, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import type { AstraOnboardingEvent } from '../../src/react/index.ts'
import {
  createPage,
  fillForm,
  findScreen,
  input,
  sendForm,
  signedOutAnswer,
  SSN,
} from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

/** Somebody else signs in on this page, and stands where the one before them stood, but for these. */
async function anotherPerson(page: Page, changes: object = {}): Promise<void> {
  const answered = await page.request('GET', '/status')
  const other = { ...((await answered.json()) as object), reference: 'FFFF0000', flow: undefined, ...changes }
  page.answerNext('GET /status', Response.json(other, { headers: { etag: '"other"' } }))
  page.lookAgain()
}

it('forgets what was typed when another person takes over', async () => {
  const page = createPage()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await page.user.type(input('First name'), 'Rosa')
  await page.user.type(input(SSN), '4821')
  await anotherPerson(page)
  expect(await findScreen('Set up instant transfers')).toBeVisible()
  await page.user.click(screen.getByRole('button', { name: 'Continue' }))
  expect(input('First name')).toHaveValue('')
  expect(input(SSN)).toHaveValue('')
})

it('shows the next person nothing of the limit that the last one has reached', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  const error = {
    code: 'intent_limit_reached',
    message: '',
    userMessage: 'contact-support',
    retryable: false,
  }
  page.answerNext('POST /user-intents', Response.json({ error }, { status: 409 }))
  await sendForm(page.user)
  await findScreen('No more tries are possible')
  await anotherPerson(page)
  expect(await findScreen('Set up instant transfers')).toBeVisible()
})

it('shows the next person nothing of the correction that the last one was at', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Correct my details' }))
  await findScreen('About you')
  await anotherPerson(page)
  expect(await findScreen('Confirm your phone and allow access')).toBeVisible()
})

it('keeps what was typed when the same person looks again', async () => {
  const page = createPage()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await page.user.type(input('First name'), 'Rosa')
  page.lookAgain()
  await waitFor(() => expect(page.count('GET /status')).toBe(2))
  await page.settle()
  expect(input('First name')).toHaveValue('Rosa')
})

it.each(['at once', 'after nobody was'])(
  'tells the host nothing of the end of somebody who is signed in %s and was through long ago',
  async (when) => {
    const page = createPage()
    const onComplete = vi.fn()
    const events: AstraOnboardingEvent['name'][] = []
    page.show({ onComplete, onEvent: ({ name }) => void events.push(name) })
    await screen.findByRole('button', { name: 'Continue' })
    if (when !== 'at once') {
      page.answerNext('GET /status', signedOutAnswer())
      page.lookAgain()
      await findScreen('You are signed out')
    }
    await anotherPerson(page, { step: { name: 'complete' } })
    await findScreen('All set')
    await page.settle()
    expect(onComplete).not.toHaveBeenCalled()
    expect(events).not.toContain('completed')
  },
)

it('tells the host of the end of the next person, when that comes', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  const onComplete = vi.fn()
  page.show({ onComplete })
  await findScreen('Confirm your phone and allow access')
  await anotherPerson(page, { mayCorrect: false })
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Correct my details' })).toBeNull())
  await anotherPerson(page, { step: { name: 'complete' } })
  await findScreen('All set')
  expect(onComplete).toHaveBeenCalledOnce()
})

it('says nothing to the next person of how the trip of the last one has ended', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  const { flow } = await page.finishPopup(['cancel'])
  page.lookAgain()
  expect(await screen.findByRole('alert')).toHaveTextContent(/^You came back/)
  await anotherPerson(page)
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
  const asked = page.count('GET /status')
  page.lookAgain()
  await waitFor(() => expect(page.count('GET /status')).toBeGreaterThan(asked))
  expect(page.sent.at(-1)?.route).toBe('GET /status')
  expect(page.sent.at(-1)?.query).not.toContain(flow.id)
})

it('closes the window that the last person had open, and shows the next one what is theirs', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await findScreen('Finish in the other window')
  await anotherPerson(page)
  expect(await findScreen('Confirm your phone and allow access')).toBeVisible()
  expect(page.popup().close).toHaveBeenCalledOnce()
})

it('sends nobody to Astra in the window that the last person was about to open', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  const release = page.hold('POST /flows')
  await page.user.click(await screen.findByRole('button', { name: 'Continue to Astra' }))
  await anotherPerson(page)
  await waitFor(() => expect(page.popup().close).toHaveBeenCalledOnce())
  release()
  await page.settle()
  expect(page.popup().location.replace).not.toHaveBeenCalled()
  expect(await screen.findByRole('button', { name: 'Continue to Astra' })).toBeVisible()
})
