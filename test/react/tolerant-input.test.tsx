import { act, fireEvent, screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { ROSA } from '../support/harness.ts'
import { answer, createPage, findScreen, input, proceed, sendForm, SSN } from '../support/widget.tsx'
import type { Page } from '../support/widget.tsx'

const { ssnLast4: _, ...KNOWN } = ROSA

const TITLES = ['About you', 'How to reach you', 'Your home address'] as const

/** The form at one of its pages, with everything known but the SSN. */
async function showPage(title: (typeof TITLES)[number], defaultValues: Partial<typeof KNOWN> = KNOWN) {
  const page = createPage()
  page.show({ defaultValues })
  await page.user.click(await screen.findByRole('button', { name: 'Continue' }))
  await answer(page.user, SSN, '4821')
  for (const passed of TITLES.slice(0, TITLES.indexOf(title))) {
    await findScreen(passed)
    await proceed(page.user)
  }
  await findScreen(title)
  return page
}

const parts = () => ['Month', 'Day', 'Year'].map((name) => input(name).value)

async function reviewed(page: Page, term: string): Promise<string | null> {
  for (let pages = 0; pages < 3 && !screen.queryByRole('heading', { name: /Check your answers/ }); pages++) {
    await proceed(page.user)
    await page.settle()
  }
  return screen.getByText(term).nextSibling?.textContent ?? null
}

it.each([
  ['1990-01-31', 'Month'],
  ['01/31/1990', 'Day'],
  ['January 31, 1990', 'Year'],
  ['31 enero 1990', 'Month'],
])('spreads a whole date that is pasted over its parts: "%s" into %s', async (text, part) => {
  const page = await showPage('About you')
  for (const name of ['Month', 'Day', 'Year']) await page.user.clear(input(name))
  await page.user.click(input(part))
  await page.user.paste(text)
  expect(parts()).toEqual([expect.stringMatching(/^0?1$/), '31', '1990'])
})

it('spreads a whole date that is typed when the field is left, not before', async () => {
  const page = await showPage('About you')
  for (const name of ['Month', 'Day', 'Year']) await page.user.clear(input(name))
  await page.user.type(input('Month'), '1/31/1990')
  expect(parts()).toEqual(['1/31/1990', '', ''])
  await page.user.tab()
  expect(parts()).toEqual(['1', '31', '1990'])
})

it('spreads a whole date on Continue, and goes on', async () => {
  const page = await showPage('About you')
  for (const name of ['Day', 'Year']) await page.user.clear(input(name))
  await answer(page.user, 'Month', '1/31/1990')
  await page.user.keyboard('{Enter}')
  await findScreen('How to reach you')
  expect(await reviewed(page, 'Date of birth')).toBe('January 31, 1990')
})

it('takes the month in words, and sends it as a number', async () => {
  const page = await showPage('About you')
  await answer(page.user, 'Month', 'Sept')
  await answer(page.user, 'Day', '4')
  expect(await reviewed(page, 'Date of birth')).toBe('September 4, 1991')
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  expect(page.sent.find(({ route }) => route === 'POST /user-intents')?.body).toMatchObject({
    profile: { dateOfBirth: '1991-09-04' },
  })
})

it.each(['4155550142', '+1 415 555 0142', '415.555.0142', 'tel:+14155550142'])(
  'shows a phone number as people write it once it is left: %s',
  async (typed) => {
    const page = await showPage('How to reach you')
    await answer(page.user, 'Phone number', typed)
    expect(input('Phone number')).toHaveValue(typed)
    await page.user.tab()
    expect(input('Phone number')).toHaveValue('(415) 555-0142')
  },
)

it('leaves a phone number alone that it does not understand', async () => {
  const page = await showPage('How to reach you')
  await answer(page.user, 'Phone number', '555 01')
  await page.user.tab()
  expect(input('Phone number')).toHaveValue('555 01')
})

it('shows a phone number and a state that the partner knows as people write them', async () => {
  const page = await showPage('How to reach you', { ...KNOWN, phone: '+14155550142', state: 'maryland' })
  expect(input('Phone number')).toHaveValue('(415) 555-0142')
  await proceed(page.user)
  await findScreen('Your home address')
  expect(screen.getByRole('combobox', { name: 'State' })).toHaveDisplayValue('Maryland (MD)')
})

it.each([
  ['md', 'MD'],
  ['Maryland', 'MD'],
  ['mar', 'MD'],
  ['new y', 'NY'],
])('finds the state by what is typed: %s', async (typed, code) => {
  const page = await showPage('Your home address')
  const state = screen.getByRole('combobox', { name: 'State' })
  act(() => state.focus())
  await page.user.keyboard(typed)
  expect(state).toHaveValue(code)
})

it('leaves shortcuts of browser and screen reader alone in the list of states', async () => {
  await showPage('Your home address')
  const state = screen.getByRole('combobox', { name: 'State' })
  for (const key of [
    { key: 'm', ctrlKey: true },
    { key: 'm', altKey: true },
    { key: 'ArrowDown' },
    { key: ' ' },
  ])
    expect(fireEvent.keyDown(state, key)).toBe(true)
  expect(state).toHaveValue('CA')
})

it('takes the state that the browser fills in', async () => {
  const page = await showPage('Your home address')
  fireEvent.change(screen.getByRole('combobox', { name: 'State' }), { target: { value: 'NY' } })
  expect(await reviewed(page, 'State')).toBe('New York')
})

it.each([
  ['94607-1234', '94607-1234'],
  ['946071234', '94607-1234'],
  [' 94607 ', '94607'],
])('takes a ZIP code with four more digits: "%s"', async (typed, sent) => {
  const page = await showPage('Your home address')
  await answer(page.user, 'ZIP code', typed)
  await proceed(page.user)
  await findScreen('Check your answers')
  await sendForm(page.user)
  await findScreen('Confirm your phone and allow access')
  expect(page.sent.find(({ route }) => route === 'POST /user-intents')?.body).toMatchObject({
    profile: { postalCode: sent },
  })
})

it.each(['48-21', '4 8 2 1', ' 4821 '])('takes the last four digits with separators: "%s"', async (typed) => {
  const page = await showPage('About you')
  await answer(page.user, SSN, typed)
  await proceed(page.user)
  expect(await findScreen('How to reach you')).toHaveFocus()
})

it.each(['123-45-6789', '123 45 6789', '123456789'])(
  'refuses a whole Social Security number with the cure, and leaves it to be seen: %s',
  async (typed) => {
    const page = await showPage('About you')
    expect(input(SSN)).toHaveClass('astra-secret')
    await answer(page.user, SSN, typed)
    expect(input(SSN)).not.toHaveClass('astra-secret')
    await proceed(page.user)
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Enter only the last 4 digits, like 1234, not the whole number',
    )
    expect(input(SSN)).toHaveValue(typed)
    await answer(page.user, SSN, '4821')
    expect(input(SSN)).toHaveClass('astra-secret')
  },
)

it('shows the digits to whoever asks', async () => {
  const page = await showPage('About you')
  const toggle = screen.getByRole('button', { name: 'Show digits', pressed: false })
  await page.user.click(toggle)
  expect(input(SSN)).not.toHaveClass('astra-secret')
  expect(toggle).toHaveAttribute('aria-pressed', 'true')
  await page.user.click(toggle)
  expect(input(SSN)).toHaveClass('astra-secret')
})

it('offers the address that was probably meant, and takes it on a press', async () => {
  const page = await showPage('How to reach you')
  await answer(page.user, 'E-mail address', 'rosa@gmial.com')
  const offer = within(screen.getByRole('status')).getByRole('button', {
    name: 'Did you mean rosa@gmail.com?',
  })
  await page.user.click(offer)
  expect(input('E-mail address')).toHaveValue('rosa@gmail.com')
  expect(input('E-mail address')).toHaveFocus()
  expect(screen.queryByRole('button', { name: /Did you mean/ })).toBeNull()
})

it('lets the offer be ignored', async () => {
  const page = await showPage('How to reach you')
  await answer(page.user, 'E-mail address', 'rosa@gmial.com')
  await proceed(page.user)
  await findScreen('Your home address')
  expect(await reviewed(page, 'E-mail address')).toBe('rosa@gmial.com')
})

it('explains PO boxes before and after, and keeps what was typed', async () => {
  const page = await showPage('Your home address')
  expect(input('Street address')).toHaveAccessibleDescription('Where you live. A PO box is only for mail.')
  await answer(page.user, 'Street address', 'PO Box 12')
  await proceed(page.user)
  expect(await screen.findByRole('alert')).toHaveTextContent('A PO box is only for mail')
  expect(input('Street address')).toHaveValue('PO Box 12')
})
