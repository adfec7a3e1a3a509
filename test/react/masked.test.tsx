import { fireEvent, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { createPage, fillForm, findScreen } from '../support/widget.tsx'

/** What each tool documents as the mark of an element that it must not record. */
const MARKS = {
  Sentry: '[data-sentry-mask]',
  FullStory: '.fs-mask',
  LogRocket: '[data-private]',
  Hotjar: '[data-hj-suppress]',
  Datadog: '[data-dd-privacy="mask"]',
  PostHog: '.ph-no-capture',
  Clarity: '[data-clarity-mask="true"]',
}

const marksOf = (element: Element) =>
  Object.entries(MARKS).flatMap(([tool, selector]) => (element.closest(selector) ? [tool] : []))

it('marks every input for the session-replay tools, whatever its class', async () => {
  const page = createPage()
  const { container } = page.show({ layout: 'single', classNames: { input: 'form-control' } })
  await screen.findByRole('group', { name: 'Date of birth' })
  const inputs = [...container.querySelectorAll('input, select')]
  expect(inputs.length).toBeGreaterThan(10)
  for (const input of inputs) expect([input.id, marksOf(input)]).toEqual([input.id, Object.keys(MARKS)])
})

it('marks the offer of another e-mail address, and the answers on the review', async () => {
  const page = createPage()
  page.show()
  await fillForm(page.user)
  expect(marksOf(screen.getByText('Rosa'))).toEqual(Object.keys(MARKS))
  await page.user.click(screen.getByRole('button', { name: 'Change How to reach you' }))
  await findScreen('How to reach you')
  const email = screen.getByRole('textbox', { name: 'E-mail address' })
  fireEvent.input(email, { target: { value: 'rosa@gmial.com' } })
  expect(marksOf(await screen.findByRole('button', { name: /^Did you mean/ }))).toEqual(Object.keys(MARKS))
})
