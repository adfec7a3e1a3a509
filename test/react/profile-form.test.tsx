import { QueryClient } from '@tanstack/react-query'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { ROSA } from '../support/harness.ts'
import {
  answer,
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

async function showAbout(page: Page): Promise<void> {
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await screen.findByRole('heading', { name: /About you$/ })
}

/** Everything a script or a crash report could pick the number up from. */
function visibleEverywhere(): string {
  const typed = [...document.querySelectorAll('input')].map((element) => element.value)
  return JSON.stringify([
    document.documentElement.outerHTML,
    typed,
    { ...window.localStorage },
    { ...window.sessionStorage },
    window.location.href,
    window.history.state,
  ])
}

function expectMasked(element: Element | null): void {
  expect(element).toHaveAttribute('data-sentry-mask')
  expect(element).toHaveAttribute('data-dd-privacy', 'mask')
  expect(element).toHaveAttribute('data-hj-suppress')
}

function reviewed(): Record<string, string> {
  const terms = screen.getAllByRole('term').map((term) => term.textContent)
  const answers = screen.getAllByRole('definition').map((definition) => definition.textContent)
  return Object.fromEntries(terms.map((term, index) => [term, answers[index] ?? '']))
}

it('sends the answers of all pages as one profile in normal form', async () => {
  const page = createPage()
  page.show()
  expect(await screen.findByRole('heading', { name: 'Set up instant transfers' })).toBeVisible()
  expect(screen.getAllByRole('listitem').map((need) => need.textContent)).toContain('your US home address')
  await fillForm(page.user)
  await sendForm(page.user)
  expect(await screen.findByRole('heading', { name: 'Confirm your phone and allow access' })).toHaveFocus()
  const sent = page.sent.find(({ route }) => route === 'POST /user-intents')
  expect(sent?.body).toEqual({ profile: { ...ROSA, phone: '+14155550142' } })
})

it('says on each page how far it is, and moves the focus to its heading', async () => {
  const page = createPage()
  await showAbout(page)
  expect(await findScreen('About you')).toHaveTextContent('Step 1 of 4')
  expect(screen.getByRole('heading', { name: /About you$/ })).toHaveFocus()
})

it('gives the focus to the error summary, and its links lead to the fields', async () => {
  const page = createPage()
  await showAbout(page)
  await proceed(page.user)
  const summary = await screen.findByRole('alert')
  expect(summary).toHaveFocus()
  const links = within(summary).getAllByRole('link')
  expect(links.map((link) => link.textContent)).toEqual([
    'Enter your first name',
    'Enter your last name',
    'Enter your date of birth',
    'Enter the last 4 digits of your Social Security number',
  ])
  const targets = [input('First name'), input('Last name'), input('Month'), input(SSN)]
  for (const [index, link] of links.entries()) {
    await page.user.click(link)
    expect(targets[index]).toHaveFocus()
  }
})

it('says in the summary which field is meant where two are wrong in the same way', async () => {
  const page = createPage()
  await showAbout(page)
  await answer(page.user, 'First name', 'Ana3')
  await answer(page.user, 'Last name', 'Vega4')
  await proceed(page.user)
  const links = within(screen.getByRole('alert')).getAllByRole('link')
  expect(links.slice(0, 3).map(({ textContent }) => textContent)).toEqual([
    'First name: Enter the name without numbers',
    'Last name: Enter the name without numbers',
    'Enter your date of birth',
  ])
})

it.each<[way: string, choose: (page: Page, state: HTMLElement) => Promise<void>]>([
  ['chosen', (page, state) => page.user.selectOptions(state, 'PR')],
  ['typed', (page, state) => page.user.type(state, 'pu')],
])('takes the refusal of a ZIP code back when its state is %s', async (_, choose) => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  await page.user.click(screen.getByRole('button', { name: 'Change Your home address' }))
  await answer(page.user, 'ZIP code', '00901')
  await proceed(page.user)
  expect(input('ZIP code')).toBeInvalid()
  await choose(page, screen.getByRole('combobox', { name: 'State' }))
  await waitFor(() => expect(input('ZIP code')).toBeValid())
})

it('takes the focus back to the summary after each refused Continue', async () => {
  const page = createPage()
  await showAbout(page)
  await proceed(page.user)
  await answer(page.user, 'First name', 'Rosa')
  await proceed(page.user)
  expect(await screen.findByRole('alert')).toHaveFocus()
})

it('ties the error to its field', async () => {
  const page = createPage()
  await showAbout(page)
  await answer(page.user, SSN, '0000')
  await proceed(page.user)
  await screen.findByRole('alert')
  expect(input(SSN)).toBeInvalid()
  expect(input(SSN)).toHaveAccessibleDescription(/Error: ?Check the last 4 digits: they are never 0000/)
  expect(screen.getByRole('group', { name: 'Date of birth' })).toHaveAccessibleDescription(
    /Error: ?Enter your date of birth/,
  )
})

it('looks at a refused field again while it is being corrected', async () => {
  const page = createPage()
  await showAbout(page)
  await proceed(page.user)
  await screen.findByRole('alert')
  await page.user.type(input('First name'), 'R')
  await waitFor(() => expect(input('First name')).toBeValid())
  expect(input('Last name')).toBeInvalid()
})

it('looks at a refused date of birth again whichever part is corrected', async () => {
  const page = createPage()
  await showAbout(page)
  await answer(page.user, 'Month', '2')
  await answer(page.user, 'Day', '31')
  await answer(page.user, 'Year', '1991')
  await proceed(page.user)
  await waitFor(() => expect(input('Day')).toBeInvalid())
  await answer(page.user, 'Day', '3')
  await waitFor(() => expect(input('Day')).toBeValid())
})

it('finds no fault with a field before Continue', async () => {
  const page = createPage()
  await showAbout(page)
  await page.user.type(input(SSN), '12')
  await page.user.tab()
  await page.user.type(input('First name'), '7')
  await page.user.tab()
  expect(input(SSN)).toBeValid()
  expect(input('First name')).toBeValid()
  expect(screen.queryByRole('alert')).toBeNull()
})

it('keeps what was typed when somebody goes back, even what is refused', async () => {
  const page = createPage()
  await showAbout(page)
  for (const [name, text] of [
    ['First name', 'Rosa'],
    ['Last name', 'Lindqvist'],
    ['Month', '11'],
    ['Day', '4'],
    ['Year', '1991'],
    [SSN, '4821'],
  ] as const)
    await answer(page.user, name, text)
  await proceed(page.user)
  await screen.findByRole('heading', { name: /How to reach you$/ })
  await answer(page.user, 'E-mail address', 'rosa@')
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  expect(input('First name')).toHaveValue('Rosa')
  expect(input('Month')).toHaveValue('11')
  expect(input(SSN)).toHaveValue('4821')
  await proceed(page.user)
  await screen.findByRole('heading', { name: /How to reach you$/ })
  expect(input('E-mail address')).toHaveValue('rosa@')
})

it('stays on a page until its answers are right', async () => {
  const page = createPage()
  await showAbout(page)
  await answer(page.user, 'First name', 'Rosa')
  await proceed(page.user)
  await screen.findByRole('alert')
  expect(screen.getByRole('heading', { name: /About you$/ })).toBeVisible()
})

it('shows every answer for review, but not the SSN', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  expect(reviewed()).toEqual({
    'First name': 'Rosa',
    'Last name': 'Lindqvist',
    'Date of birth': 'November 4, 1991',
    [SSN]: '••••, entered',
    'E-mail address': ROSA.email,
    'Phone number': ROSA.phone,
    'Street address': ROSA.address1,
    'Apartment or unit (optional)': '–',
    City: ROSA.city,
    State: 'California',
    'ZIP code': ROSA.postalCode,
  })
  expect(document.body).not.toHaveTextContent(ROSA.ssnLast4)
})

it('sends nothing before the review', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  expect(page.sent.map(({ route }) => route)).toEqual(['GET /status'])
})

it.each(['About you', 'How to reach you', 'Your home address'])(
  'leads from Change to the page, and from there straight back to the review: %s',
  async (title) => {
    const page = createPage()
    page.show()
    await fillForm(page.user)
    await page.user.click(screen.getByRole('button', { name: `Change ${title}` }))
    expect(await findScreen(title)).toHaveFocus()
    await proceed(page.user)
    expect(await findScreen('Check your answers')).toHaveFocus()
  },
)

it('links privacy policy and terms beside the button that sends', async () => {
  const page = createPage()
  page.show({ privacyUrl: 'https://bank.test/privacy', termsUrl: 'https://bank.test/terms' })
  await fillForm(page.user)
  expect(screen.getByRole('link', { name: 'Privacy policy' })).toHaveAttribute(
    'href',
    'https://bank.test/privacy',
  )
  expect(screen.getByRole('link', { name: 'Terms of service' })).toHaveAttribute(
    'href',
    'https://bank.test/terms',
  )
})

it('shows locked e-mail and phone masked, and does not send them', async () => {
  const page = createPage({
    identity: { id: 'customer-1', email: 'rosa.lindqvist@example.com', phone: '+14155550142' },
  })
  page.show({ defaultValues: { email: 'somebody.else@example.com', phone: '2025550100' } })
  await fillForm(page.user)
  expect(reviewed()).toMatchObject({
    'E-mail address': 'r•••@example.com',
    'Phone number': '••• ••• 0142',
  })
  await page.user.click(screen.getByRole('button', { name: 'Change How to reach you' }))
  expect(input('E-mail address')).toHaveValue('r•••@example.com')
  expect(input('E-mail address')).toHaveAttribute('readonly')
  expect(input('Phone number')).toHaveValue('••• ••• 0142')
  await proceed(page.user)
  await screen.findByRole('heading', { name: /Check your answers$/ })
  await sendForm(page.user)
  await screen.findByRole('heading', { name: 'Confirm your phone and allow access' })
  const { email: _email, phone: _phone, ...rest } = ROSA
  expect(page.sent.find(({ route }) => route === 'POST /user-intents')?.body).toEqual({ profile: rest })
})

it('prefills from defaultValues, and everything stays editable', async () => {
  const page = createPage()
  const { ssnLast4: _, ...known } = ROSA
  page.show({ defaultValues: { ...known, address2: 'Unit 4' } })
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  expect(input('First name')).toHaveValue('Rosa')
  expect([input('Month').value, input('Day').value, input('Year').value]).toEqual(['11', '04', '1991'])
  expect(input(SSN)).toHaveValue('')
  await answer(page.user, 'First name', 'Rosalind')
  await answer(page.user, SSN, '4821')
  await proceed(page.user)
  await screen.findByRole('heading', { name: /How to reach you$/ })
  await proceed(page.user)
  await screen.findByRole('heading', { name: /Your home address$/ })
  expect(screen.getByRole('combobox', { name: 'State' })).toHaveValue('CA')
  await proceed(page.user)
  await screen.findByRole('heading', { name: /Check your answers$/ })
  expect(reviewed()).toMatchObject({ 'First name': 'Rosalind', 'Apartment or unit (optional)': 'Unit 4' })
})

it('takes an answer or a class that is undefined for none', async () => {
  const page = createPage()
  page.show({
    defaultValues: { firstName: 'Rosa', lastName: undefined, dateOfBirth: undefined },
    classNames: { button: undefined },
  })
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  expect([input('First name').value, input('Last name').value, input('Year').value]).toEqual(['Rosa', '', ''])
  expect(screen.getByRole('button', { name: 'Continue' })).toHaveClass('astra-button')
})

it('asks for fewer fields when the policy does', async () => {
  const page = createPage({ proxy: { kycType: 'receive-only' } })
  await showAbout(page)
  expect(screen.queryByRole('textbox', { name: SSN })).toBeNull()
  expect(screen.queryByRole('group', { name: 'Date of birth' })).toBeNull()
  await answer(page.user, 'First name', 'Rosa')
  await answer(page.user, 'Last name', 'Lindqvist')
  await proceed(page.user)
  expect(await screen.findByRole('heading', { name: /How to reach you$/ })).toBeVisible()
})

const UNAVAILABLE = {
  error: { code: 'astra_unavailable', message: '', userMessage: 'try-again-later', retryable: true },
}

it.each<[string, (page: Page) => void, RegExp]>([
  [
    'the proxy says that Astra is not there',
    (page) => page.answerNext('POST /user-intents', Response.json(UNAVAILABLE, { status: 503 })),
    /^This cannot be done just now. Wait a moment, then try again./,
  ],
  [
    'the proxy cannot be reached',
    (page) => page.answerNext('POST /user-intents', null),
    /^This cannot be done just now. Wait a moment, then try again./,
  ],
  [
    'Astra answers 503, so that nobody knows whether it arrived',
    (page) => page.simulator.failNext('POST /v1/user_intent', { status: 503 }),
    /^We don’t know whether your last try arrived\./,
  ],
  [
    'the session has ended',
    (page) => {
      page.answerNext('POST /user-intents', signedOutAnswer())
      page.answerNext('GET /status', signedOutAnswer())
    },
    /^You are signed out. Sign in again to go on./,
  ],
])('keeps every answer but the SSN when %s, and says so', async (_, fail, sentence) => {
  const page = createPage()
  const onError = vi.fn()
  page.show({ onError })
  await fillForm(page.user)
  fail(page)
  await sendForm(page.user)
  const notice = await screen.findByRole('alert')
  await waitFor(() => expect(notice).toHaveTextContent(sentence))
  expect(notice).toHaveFocus()
  expect(notice).toHaveTextContent(/Enter the last 4 digits of your Social Security number again/)
  expect(reviewed()).toMatchObject({ 'First name': 'Rosa', City: 'Oakland', [SSN]: 'Not entered' })
  expect(onError).toHaveBeenCalledOnce()
  await page.user.click(screen.getByRole('button', { name: 'Change About you' }))
  expect(input(SSN)).toHaveValue('')
  expect(input('First name')).toHaveValue('Rosa')
})

it('can be sent again after a failure, with the SSN entered anew', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  page.answerNext('POST /user-intents', null)
  await sendForm(page.user)
  await screen.findByRole('alert')
  await page.user.click(screen.getByRole('button', { name: 'Change About you' }))
  await answer(page.user, SSN, '4821')
  await proceed(page.user)
  await screen.findByRole('heading', { name: /Check your answers$/ })
  await sendForm(page.user)
  expect(await screen.findByRole('heading', { name: 'Confirm your phone and allow access' })).toBeVisible()
})

it('does not take a try that is refused for an earlier one that had no answer', async () => {
  const page = createPage()
  page.simulator.failNext('POST /v1/user_intent', { network: 'before' })
  page.show()
  await fillForm(page.user)
  await sendForm(page.user)
  expect(await screen.findByRole('alert')).toHaveTextContent(/^We don’t know whether your last try arrived/)
  await page.user.click(screen.getByRole('button', { name: 'Change About you' }))
  await answer(page.user, SSN, '4821')
  await proceed(page.user)
  const error = { ...UNAVAILABLE.error, code: 'too_many_requests' }
  page.answerNext('POST /user-intents', Response.json({ error }, { status: 429 }))
  await sendForm(page.user)
  expect(await screen.findByRole('alert')).toHaveTextContent(/^This cannot be done just now/)
})

it('leads to the field that the proxy refuses', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  const fields = { phone: 'phone.toll_free' }
  const error = {
    code: 'profile_invalid',
    message: '',
    userMessage: 'check-fields',
    retryable: false,
    fields,
  }
  page.answerNext('POST /user-intents', Response.json({ error }, { status: 422 }))
  await sendForm(page.user)
  expect(await screen.findByRole('heading', { name: /How to reach you$/, level: 2 })).toBeVisible()
  expect(input('Phone number')).toBeInvalid()
  expect(screen.getByRole('alert')).toHaveTextContent(/toll-free numbers cannot/)
  expect(screen.getByRole('alert')).toHaveFocus()
})

it('leads to the SSN when it is missing on send', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  act(() => void window.dispatchEvent(new Event('pagehide')))
  await sendForm(page.user)
  expect(await screen.findByRole('heading', { name: /About you$/, level: 2 })).toBeVisible()
  expect(input(SSN)).toBeInvalid()
  expect(page.count('POST /user-intents')).toBe(0)
})

it('posts once for a double click', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  const release = page.hold('POST /user-intents')
  const send = screen.getByRole('button', { name: 'Send and continue' })
  await page.user.dblClick(send)
  fireEvent.click(send)
  expect(await screen.findByRole('button', { name: 'Sending…' })).toHaveAttribute('aria-disabled', 'true')
  release()
  await screen.findByRole('heading', { name: 'Confirm your phone and allow access' })
  expect(page.count('POST /user-intents')).toBe(1)
  expect(page.simulator.intents()).toHaveLength(1)
})

it.each(['succeeded', 'failed'])('leaves the SSN nowhere when sending has %s', async (ending) => {
  const page = createPage()
  const queryClient = new QueryClient()
  page.show({ queryClient })
  await fillForm(page.user)
  if (ending === 'failed') page.simulator.failNext('POST /v1/user_intent', { status: 503 })
  await sendForm(page.user)
  await (ending === 'failed'
    ? screen.findByRole('alert')
    : screen.findByRole('heading', { name: 'Confirm your phone and allow access' }))
  expect(JSON.stringify(page.sent)).toContain(ROSA.ssnLast4)
  expect(visibleEverywhere()).not.toContain(ROSA.ssnLast4)
  const queries = queryClient.getQueryCache().getAll()
  const mutations = queryClient.getMutationCache().getAll()
  expect(JSON.stringify([queries, mutations].map((all) => all.map(({ state }) => state)))).not.toContain(
    ROSA.ssnLast4,
  )
})

it.each([
  ['the page goes away', 'pagehide', false],
  ['the page comes back out of the cache', 'pageshow', true],
])('forgets the SSN when %s, and nothing else', async (_, event, persisted) => {
  const page = createPage()
  await showAbout(page)
  await answer(page.user, 'First name', 'Rosa')
  await answer(page.user, SSN, '4821')
  act(() => void window.dispatchEvent(Object.assign(new Event(event), { persisted })))
  expect(input(SSN)).toHaveValue('')
  expect(input('First name')).toHaveValue('Rosa')
})

it('hides every personal field from session replay, and the answers on the review', async () => {
  const page = createPage()
  await showAbout(page)
  const about = screen.getAllByRole('textbox')
  expect(about).toHaveLength(6)
  for (const field of about) expectMasked(field)
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  await fillForm(page.user)
  const answers = screen.getAllByRole('definition')
  expect(answers).toHaveLength(11)
  for (const definition of answers) expectMasked(definition.closest('dl'))
})

it('asks password managers and browsers to leave the SSN alone', async () => {
  const page = createPage()
  await showAbout(page)
  expect(input(SSN)).toHaveAttribute('type', 'text')
  expect(input(SSN)).toHaveAttribute('autocomplete', 'off')
})

it('says on the intro that an earlier try may have arrived', async () => {
  const page = createPage()
  page.simulator.failNext('POST /v1/user_intent', { network: 'after' })
  await page.browser('customer-1').submit()
  page.show()
  expect(await screen.findByRole('alert')).toHaveTextContent(/^We don’t know whether your last try arrived/)
})
