import { render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import {
  useAstraLanguage,
  useAstraOnboarding,
  useProfileField,
  useProfileForm,
} from '../../src/react/index.ts'
import type {
  AstraOnboardingHandle,
  AstraOnboardingOptions,
  ProfileFormModel,
} from '../../src/react/index.ts'
import type { FormPolicy } from '../../src/core/contract.ts'
import type { ProfileField } from '../../src/core/profile.ts'
import { ROSA } from '../support/harness.ts'
import { POLICY } from '../support/read-corpus.ts'
import { createPage } from '../support/widget.tsx'

/** A field of a partner's own: a label, the inputs, the error. */
function Field({ form, name }: { form: ProfileFormModel; name: ProfileField }) {
  const field = useProfileField(form, name)
  return (
    <>
      {field.kind === 'date' ? (
        field.parts.map(({ part, label, inputProps }) => (
          <input key={part} aria-label={label} {...inputProps} />
        ))
      ) : field.kind === 'choice' ? (
        <select aria-label={field.label} {...field.inputProps}>
          {field.options.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <input aria-label={field.label} {...field.inputProps} />
      )}
      {field.error && <p role="alert">{field.error}</p>}
    </>
  )
}

function Form({ handle, policy }: { handle: AstraOnboardingHandle; policy: FormPolicy }) {
  const { messages } = useAstraLanguage()
  const form = useProfileForm({ policy, messages, layout: 'single', submit: handle.submitProfile })
  return (
    <>
      {form.sections.map(({ fields }) => fields.map((name) => <Field key={name} form={form} name={name} />))}
      <button onClick={() => void form.advance()}>{form.page === 'review' ? 'Send' : 'Next'}</button>
    </>
  )
}

/** The onboarding in markup of a partner's own. */
function Own(options: AstraOnboardingOptions) {
  const handle = useAstraOnboarding(options)
  const { screen: shown } = handle
  if (shown.name === 'profile') return <Form handle={handle} policy={shown.policy} />
  if (shown.name === 'invitation') return <button onClick={() => handle.open()}>To Astra</button>
  return <p>{shown.name}</p>
}

const SHOWN: [label: string, text: string][] = [
  ['First name', ROSA.firstName],
  ['Last name', ROSA.lastName],
  ['Month', '11'],
  ['Day', '4'],
  ['Year', '1991'],
  ['E-mail address', ROSA.email],
  ['Phone number', ROSA.phone],
  ['Street address', ROSA.address1],
  ['City', ROSA.city],
  ['ZIP code', ROSA.postalCode],
]

it('goes the whole way in markup of one’s own', async () => {
  const page = createPage()
  const onComplete = vi.fn()
  render(<Own onComplete={onComplete} />)
  expect(screen.getByText('loading')).toBeVisible()
  await page.user.click(await screen.findByRole('button', { name: 'Next' }))
  expect(await screen.findByText('Enter your first name')).toBeVisible()
  for (const [label, text] of SHOWN) await page.user.type(screen.getByRole('textbox', { name: label }), text)
  await page.user.type(screen.getByRole('textbox', { name: /Social Security/ }), ROSA.ssnLast4)
  await page.user.selectOptions(screen.getByRole('combobox', { name: 'State' }), ROSA.state)
  expect(screen.queryByRole('alert')).toBeNull()
  await page.user.click(screen.getByRole('button', { name: 'Next' }))
  await page.user.click(await screen.findByRole('button', { name: 'Send' }))
  await page.user.click(await screen.findByRole('button', { name: 'To Astra' }))
  expect(await screen.findByText('popup')).toBeVisible()
  await page.finishPopup()
  page.lookAgain()
  expect(await screen.findByText('complete')).toBeVisible()
  expect(onComplete).toHaveBeenCalledOnce()
})

/** Every text that can be reached from here without a function or an element of the page. */
function textsIn(from: unknown): string[] {
  const seen = new Set<unknown>()
  const look = (value: unknown): string[] => {
    if (typeof value === 'string') return [value]
    if (typeof value !== 'object' || value === null || value instanceof Node || seen.has(value)) return []
    seen.add(value)
    return Object.values(value).flatMap(look)
  }
  return look(from)
}

it('has no SSN any more in the form that it gave out, once it is unmounted', async () => {
  const page = createPage()
  const policy = { ...POLICY, lockedValues: {} }
  const given: ProfileFormModel[] = []
  function SsnAlone() {
    const { messages } = useAstraLanguage()
    const form = useProfileForm({ policy, messages, layout: 'single', submit: () => Promise.resolve() })
    given.push(form)
    return <Field form={form} name="ssnLast4" />
  }
  const { unmount } = render(<SsnAlone />)
  await page.user.type(screen.getByRole('textbox', { name: /Social Security/ }), '7391')
  expect(textsIn(given)).toContain('7391')
  unmount()
  expect(textsIn(given)).not.toContain('7391')
})

it('takes a click for no presentation where `open` is the handler itself', async () => {
  function Bare() {
    const { screen: shown, open } = useAstraOnboarding({ presentation: 'popup' })
    return shown.name === 'invitation' ? <button onClick={open as never}>To Astra</button> : shown.name
  }
  const page = createPage()
  await page.browser('customer-1').submit()
  render(<Bare />)
  await page.user.click(await screen.findByRole('button', { name: 'To Astra' }))
  expect(await screen.findByText('popup')).toBeVisible()
})
