import { act, fireEvent, render, screen } from '@testing-library/react'
import { Profiler } from 'react'
import type { ReactNode } from 'react'
import { beforeEach, expect, it, vi } from 'vitest'
import { AstraOnboarding } from '../../src/react/index.ts'
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
import { ROSA } from '../support/harness.ts'

/** Renders of a component, by its first argument. */
const renders = vi.hoisted(() => ({ fields: [] as string[], forms: 0 }))

vi.mock('../../src/react/use-profile-field.ts', async (load) => {
  const real = await load<typeof import('../../src/react/use-profile-field.ts')>()
  return {
    ...real,
    useProfileField: ((form, name) => {
      renders.fields.push(name)
      return real.useProfileField(form, name)
    }) satisfies typeof real.useProfileField,
  }
})

vi.mock('../../src/react/use-profile-form.ts', async (load) => {
  const real = await load<typeof import('../../src/react/use-profile-form.ts')>()
  return {
    ...real,
    useProfileForm: ((options) => {
      renders.forms++
      return real.useProfileForm(options)
    }) satisfies typeof real.useProfileForm,
  }
})

beforeEach(() => {
  renders.fields = []
  renders.forms = 0
})

async function showAbout(props: Parameters<ReturnType<typeof createPage>['show']>[0] = {}) {
  const page = createPage()
  page.show(props)
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await findScreen('About you')
  return page
}

it('renders nothing for a keystroke, and one field for one that corrects', async () => {
  const page = createPage()
  const commits = vi.fn()
  const Measured = ({ children }: { children: ReactNode }) => (
    <Profiler id="widget" onRender={commits}>
      {children}
    </Profiler>
  )
  render(
    <Measured>
      <AstraOnboarding />
    </Measured>,
  )
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  commits.mockClear()
  renders.fields = []
  renders.forms = 0
  await page.user.type(input('First name'), 'Rosa')
  await page.user.type(input(SSN), '4821')
  await page.user.type(input('Month'), '11')
  expect(commits).not.toHaveBeenCalled()
  await page.user.clear(input('First name'))
  await proceed(page.user)
  await screen.findByRole('alert')
  renders.fields = []
  renders.forms = 0
  commits.mockClear()
  await page.user.type(input('First name'), 'R')
  await page.settle()
  expect(input('First name')).toBeValid()
  expect(new Set(renders.fields)).toEqual(new Set(['firstName']))
  expect(renders.forms).toBe(0)
})

it('tells browser and keyboard of each field what it is', async () => {
  const page = await showAbout()
  const told = (label: string) =>
    ['autocomplete', 'inputmode', 'autocapitalize', 'enterkeyhint', 'spellcheck', 'dir', 'type'].map((name) =>
      screen.getByLabelText(label).getAttribute(name),
    )
  expect(told('First name')).toEqual([
    'section-astra given-name',
    null,
    'words',
    'next',
    'false',
    null,
    'text',
  ])
  expect(told('Last name')).toEqual([
    'section-astra family-name',
    null,
    'words',
    'next',
    'false',
    null,
    'text',
  ])
  expect(told('Month')).toEqual(['section-astra bday-month', null, 'words', 'next', 'false', null, 'text'])
  expect(told('Day')).toEqual(['section-astra bday-day', 'numeric', null, 'next', 'false', 'ltr', 'text'])
  expect(told('Year')).toEqual(['section-astra bday-year', 'numeric', null, 'next', 'false', 'ltr', 'text'])
  expect(told(SSN)).toEqual(['off', 'numeric', null, 'next', 'false', 'ltr', 'text'])
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  await fillForm(page.user)
  await page.user.click(screen.getByRole('button', { name: 'Change How to reach you' }))
  expect(told('E-mail address')).toEqual([
    'section-astra email',
    null,
    'none',
    'next',
    'false',
    'ltr',
    'email',
  ])
  expect(told('Phone number')).toEqual(['section-astra tel', null, null, 'next', 'false', 'ltr', 'tel'])
  await proceed(page.user)
  await page.user.click(await screen.findByRole('button', { name: 'Change Your home address' }))
  const tokens = ['Street address', 'Apartment or unit (optional)', 'City', 'State', 'ZIP code'].map(
    (label) => told(label)[0],
  )
  expect(tokens).toEqual(
    ['address-line1', 'address-line2', 'address-level2', 'address-level1', 'postal-code'].map(
      (token) => `section-astra ${token}`,
    ),
  )
})

it('leaves the browser’s own checks and hints out of it', async () => {
  await showAbout()
  expect(document.querySelector('form')).toHaveAttribute('novalidate')
  expect(document.querySelectorAll('[required], [placeholder], [maxlength], [pattern]')).toHaveLength(0)
})

it('says beside date of birth and SSN why they are asked', async () => {
  await showAbout()
  const reasons = [...document.querySelectorAll('details')]
  expect(reasons.map((one) => one.querySelector('summary')?.textContent)).toEqual([
    'Why do you ask?',
    'Why do you ask?',
  ])
  expect(reasons.map((one) => one.open)).toEqual([false, false])
  expect(reasons[1]).toHaveTextContent(/Astra moves the money and has to know who you are/)
})

it('tells the host once that something was typed, and once that it is gone', async () => {
  const onDirtyChange = vi.fn()
  const page = await showAbout({ onDirtyChange })
  expect(onDirtyChange).not.toHaveBeenCalled()
  await page.user.type(input('First name'), 'Ro')
  expect(onDirtyChange.mock.calls).toEqual([[true]])
  await page.user.click(screen.getByRole('button', { name: 'Back' }))
  await fillForm(page.user)
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  expect(onDirtyChange.mock.calls).toEqual([[true], [false]])
})

it('leads back to the review once a refused field is corrected there', async () => {
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
  await findScreen('How to reach you')
  await answer(page.user, 'Phone number', ROSA.phone)
  await proceed(page.user)
  expect(await findScreen('Check your answers')).toHaveFocus()
})

const everything = async (page: ReturnType<typeof createPage>) => {
  await findScreen('Set up instant transfers')
  const [year = '', month = '', day = ''] = ROSA.dateOfBirth.split('-')
  for (const [name, text] of [
    ['First name', ROSA.firstName],
    ['Last name', ROSA.lastName],
    ['Month', month],
    ['Day', day],
    ['Year', year],
    [SSN, ROSA.ssnLast4],
    ['E-mail address', ROSA.email],
    ['Phone number', ROSA.phone],
    ['Street address', ROSA.address1],
    ['City', ROSA.city],
    ['ZIP code', ROSA.postalCode],
  ] as const)
    if (!input(name).readOnly) fireEvent.change(input(name), { target: { value: text } })
  fireEvent.change(screen.getByRole('combobox', { name: 'State' }), { target: { value: ROSA.state } })
  await proceed(page.user)
}

it('asks everything on one page, shows it for review, and sends it', async () => {
  const page = createPage()
  page.show({ layout: 'single' })
  expect(await findScreen('Set up instant transfers')).toHaveTextContent('Step 1 of 2')
  expect(screen.getAllByRole('heading', { level: 3 }).map((heading) => heading.textContent)).toEqual([
    'About you',
    'How to reach you',
    'Your home address',
  ])
  await everything(page)
  expect(await findScreen('Check your answers')).toHaveTextContent('Step 2 of 2')
  expect(screen.getByText('Phone number').nextSibling).toHaveTextContent('(415) 555-0142')
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  expect(page.sent.find(({ route }) => route === 'POST /user-intents')?.body).toEqual({
    profile: { ...ROSA, phone: '+14155550142' },
  })
})

it('lists the problems of all sections on the one page', async () => {
  const page = createPage({ identity: { id: 'customer-1', phone: '+14155550142' } })
  page.show({ layout: 'single' })
  await findScreen('Set up instant transfers')
  await proceed(page.user)
  const alert = await screen.findByRole('alert')
  expect(alert).toHaveFocus()
  expect(alert.querySelectorAll('a')).toHaveLength(9)
  expect(input('Phone number')).toHaveAttribute('readonly')
})

it.each(['About you', 'How to reach you', 'Your home address'])(
  'leads from Change to the section on the one page, and straight back: %s',
  async (title) => {
    const page = createPage()
    page.show({ layout: 'single' })
    await everything(page)
    await findScreen('Check your answers')
    await page.user.click(screen.getByRole('button', { name: `Change ${title}` }))
    expect(screen.getByRole('heading', { level: 3, name: title })).toHaveFocus()
    expect(input('First name')).toHaveValue('Rosa')
    await proceed(page.user)
    expect(await findScreen('Check your answers')).toHaveFocus()
    await page.settle()
    act(() => window.history.back())
    await page.settle()
    await findScreen('Set up instant transfers')
  },
)

it('corrects details on one page too', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show({ layout: 'single' })
  await page.user.click(await screen.findByRole('button', { name: 'Correct my details' }))
  await findScreen('Set up instant transfers')
  expect(screen.getByText(/Your corrected details take the place/)).toBeVisible()
  expect(screen.getByRole('button', { name: 'Change nothing' })).toBeVisible()
  await everything(page)
  await findScreen('Check your answers')
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  expect(page.sent.find(({ route }) => route === 'POST /user-intents')?.body).toMatchObject({ replace: true })
})

it('goes through the pages of a correction with the browser’s Back', async () => {
  const page = createPage()
  await page.browser('customer-1').submit()
  page.show()
  await page.user.click(await screen.findByRole('button', { name: 'Correct my details' }))
  await fillForm(page.user)
  act(() => window.history.back())
  await page.settle()
  expect(await findScreen('Your home address')).toHaveFocus()
})

it('speaks Spanish in everything it adds', async () => {
  const page = createPage()
  page.show({ locale: 'es' })
  await page.user.click(await screen.findByRole('button', { name: 'Continuar' }))
  expect(screen.getByRole('button', { name: 'Mostrar los dígitos' })).toBeVisible()
  expect(screen.getAllByText('¿Por qué lo preguntan?')).toHaveLength(2)
})
