import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { en } from '../../src/react/messages/en.ts'
import { ROSA } from '../support/harness.ts'
import {
  answer,
  createPage,
  fillForm,
  findScreen,
  input,
  proceed,
  sendForm,
  SSN,
} from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const LINK = { name: 'Correct my details' }

/** Somebody who has sent a profile with a wrong phone number, and nothing else has happened. */
async function sent(changes: Partial<typeof ROSA> = {}): Promise<Page> {
  const page = createPage()
  page.show()
  await fillForm(page.user, { phone: '+14155550143', ...changes })
  await sendForm(page.user)
  await screen.findByRole('button', LINK)
  return page
}

const phones = (page: Page) => page.simulator.intents().map(({ phone }) => phone)

it.each([
  ['before the first trip to Astra', {}, 'Confirm your phone and allow access'],
  ['while the check runs', { firstName: 'Slow' }, 'Checking your details'],
])('sends corrected details in the place of the earlier ones, %s', async (_, changes, title) => {
  const page = await sent(changes)
  await findScreen(title)
  await page.user.click(screen.getByRole('button', LINK))
  expect(await findScreen('About you')).toHaveFocus()
  expect(screen.getByText(/take the place of the earlier ones/)).toBeVisible()
  await fillForm(page.user, changes)
  await sendForm(page.user)
  await findScreen(title)
  const bodies = page.sent.filter(({ route }) => route === 'POST /user-intents').map(({ body }) => body)
  expect(bodies).toMatchObject([
    { profile: { phone: '+14155550143' } },
    { profile: { phone: '+14155550142' }, replace: true },
  ])
  expect(bodies[0]).not.toHaveProperty('replace')
  expect(phones(page)).toEqual(['+14155550143', '+14155550142'])
})

it('leads out of three returns without an end, which a wrong phone number may have caused', async () => {
  const page = createPage()
  const browser = page.browser('customer-1')
  await browser.submit({ ...ROSA, phone: '+14155550143' })
  for (let trip = 0; trip < 3; trip++) await browser.trip(['cancel'])
  page.show()
  await findScreen('This could not be finished')
  await page.user.click(screen.getByRole('button', LINK))
  expect(await findScreen('About you')).toHaveFocus()
  await fillForm(page.user)
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  expect(phones(page)).toEqual(['+14155550143', '+14155550142'])
})

it('changes nothing for somebody who thinks better of it', async () => {
  const page = await sent()
  await page.user.click(screen.getByRole('button', LINK))
  await findScreen('About you')
  await page.user.click(screen.getByRole('button', { name: 'Change nothing' }))
  expect(await findScreen('Confirm your phone and allow access')).toHaveFocus()
  expect(phones(page)).toEqual(['+14155550143'])
})

it('keeps what is being typed while the check comes to its end', async () => {
  const page = await sent({ firstName: 'Pending' })
  await page.user.click(screen.getByRole('button', LINK))
  await findScreen('About you')
  await page.user.type(input('First name'), 'Ros')
  page.advance(30_000)
  page.lookAgain()
  await page.settle()
  expect(input('First name')).toHaveValue('Ros')
})

it('is offered until the third profile, which is the last that Astra takes', async () => {
  const page = await sent()
  for (const phone of ['+14155550144', '+14155550145']) {
    await page.user.click(await screen.findByRole('button', LINK))
    await findScreen('About you')
    await fillForm(page.user, { phone })
    await sendForm(page.user)
    await findScreen('Confirm your phone and allow access')
  }
  expect(phones(page)).toHaveLength(3)
  expect(screen.queryByRole('button', LINK)).toBeNull()
})

it('goes on with the earlier profile when Astra takes no more of them', async () => {
  const page = await sent()
  await page.user.click(screen.getByRole('button', LINK))
  await findScreen('About you')
  await fillForm(page.user)
  const error = {
    code: 'intent_limit_reached',
    message: '[astra] three user intents',
    userMessage: 'contact-support',
    retryable: false,
  }
  page.answerNext('POST /user-intents', Response.json({ error }, { status: 409 }))
  await sendForm(page.user)
  expect(await screen.findByRole('alert')).toHaveTextContent(en.trouble['contact-support'])
  while (!screen.queryByRole('button', { name: 'Change nothing' }))
    await page.user.click(screen.getByRole('button', { name: 'Back' }))
  await page.user.click(screen.getByRole('button', { name: 'Change nothing' }))
  expect(await findScreen('Confirm your phone and allow access')).toHaveFocus()
})

it('says that nothing was changed where another window has used up the tries meanwhile', async () => {
  const page = await sent()
  await page.user.click(screen.getByRole('button', LINK))
  await findScreen('About you')
  await fillForm(page.user, { firstName: 'Rosalba' })
  for (const phone of ['+14155550144', '+14155550145'])
    await page.request('POST', '/user-intents', { replace: true, profile: { ...ROSA, phone } })
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  expect(screen.getByRole('alert')).toHaveTextContent(
    'Your details were not changed. No more tries are possible.',
  )
  expect(phones(page)).toHaveLength(3)
})

it('says of a correction without an answer that nobody knows whether it arrived', async () => {
  const page = await sent()
  await page.user.click(screen.getByRole('button', LINK))
  await findScreen('About you')
  await fillForm(page.user, { firstName: 'Rosalba' })
  page.simulator.failNext('POST /v1/user_intent', { network: 'after' })
  await sendForm(page.user)
  expect(await screen.findByRole('alert')).toHaveTextContent(
    /^We don’t know whether your last try arrived\. .*only three tries/,
  )
})

it('says nothing of a refusal any more once another try was taken', async () => {
  const page = createPage()
  for (const firstName of ['Ala', 'Alb', 'Alc'])
    await page.browser(firstName).submit({ ...ROSA, firstName, email: 'shared@example.com' })
  page.show()
  await fillForm(page.user, { phone: '+14155550143' })
  await sendForm(page.user)
  await page.user.click(await screen.findByRole('button', LINK))
  await findScreen('About you')
  await fillForm(page.user, { email: 'shared@example.com' })
  await sendForm(page.user)
  expect(await screen.findByRole('alert')).toHaveTextContent(/Contact support/)
  await page.user.click(screen.getByRole('button', { name: 'Change How to reach you' }))
  await answer(page.user, 'E-mail address', ROSA.email)
  await proceed(page.user)
  await page.user.click(screen.getByRole('button', { name: 'Change About you' }))
  await answer(page.user, SSN, '4821')
  await proceed(page.user)
  await screen.findByRole('heading', { name: /Check your answers$/ })
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  await page.settle()
  expect(screen.queryByRole('alert')).toBeNull()
  expect(phones(page).at(-1)).toBe('+14155550142')
})

it('says that no more tries are possible to whoever came from three returns without an end', async () => {
  const page = createPage()
  const browser = page.browser('customer-1')
  await browser.submit({ ...ROSA, phone: '+14155550143' })
  for (let trip = 0; trip < 3; trip++) await browser.trip(['cancel'])
  page.show()
  await findScreen('This could not be finished')
  await page.user.click(screen.getByRole('button', LINK))
  await findScreen('About you')
  await fillForm(page.user)
  for (const phone of ['+14155550144', '+14155550145'])
    await page.request('POST', '/user-intents', { replace: true, profile: { ...ROSA, phone } })
  for (let trip = 0; trip < 3; trip++) await browser.trip(['cancel'])
  await sendForm(page.user)
  expect(await findScreen('No more tries are possible')).toBeVisible()
})

it('says nothing of a return that was refused before the form once the form was taken', async () => {
  const page = createPage()
  page.visit('/cards?code=abc&state=astra.unknown.secret')
  page.show()
  await findScreen('Set up instant transfers')
  await fillForm(page.user)
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  await page.settle()
  expect(screen.queryByRole('alert')).toBeNull()
})
