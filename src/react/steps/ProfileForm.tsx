'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useEffect, useId, useMemo, useState } from 'react'
import type { FormEvent } from 'react'
import { useForm } from 'react-hook-form'
import type { FormPolicy } from '../../core/contract.ts'
import { PROFILE_FIELDS } from '../../core/profile.ts'
import type { Profile, ProfileField } from '../../core/profile.ts'
import { ErrorSummary } from '../fields/ErrorSummary.tsx'
import { ProfileInput } from '../fields/inputs.tsx'
import type { ProfileFormApi } from '../fields/inputs.tsx'
import { fieldsOf, formSchema, initialValues, sectionOf, SECTIONS } from '../form-values.ts'
import type { DefaultValues, FormValues, Section } from '../form-values.ts'
import { ProxyError } from '../proxy-client.ts'
import { useSettings } from '../settings.ts'
import { IntroPage } from '../pages/IntroPage.tsx'
import { ReviewPage } from '../pages/ReviewPage.tsx'
import { Screen } from '../Screen.tsx'

interface ProfileFormProps {
  policy: FormPolicy
  /** The last creation ended without an answer. */
  creationUnknown: boolean
  defaultValues: DefaultValues | undefined
  submit: (profile: Profile) => Promise<void>
  onError: (error: unknown) => void
}

type Page = 'intro' | Section | 'review'

const PAGES: readonly Page[] = ['intro', ...SECTIONS, 'review']

/** The identity form: short pages, then a look at all of it before it is sent. */
export function ProfileForm({ policy, creationUnknown, defaultValues, submit, onError }: ProfileFormProps) {
  const { messages } = useSettings()
  const idBase = useId()
  const [page, setPage] = useState<Page>('intro')
  const [attempt, setAttempt] = useState(0)
  const [failure, setFailure] = useState<ProxyError | null>(null)
  const [openedAt] = useState(() => Date.now())
  const resolver = useMemo(() => zodResolver(formSchema(policy, openedAt)), [policy, openedAt])
  const form: ProfileFormApi = useForm<FormValues, unknown, Profile>({
    defaultValues: initialValues(defaultValues),
    resolver,
    mode: 'onSubmit',
    reValidateMode: 'onChange',
    shouldFocusError: false,
  })
  useForgetfulSsn(form)

  const inputId = (field: ProfileField) => `${idBase}-${field}`
  const focusId = (field: ProfileField) =>
    field === 'dateOfBirth' ? `${inputId(field)}-month` : inputId(field)
  const step = (direction: 1 | -1) =>
    setPage((current) => PAGES[PAGES.indexOf(current) + direction] ?? current)
  const showFirst = (fields: readonly ProfileField[]) => {
    const first = PROFILE_FIELDS.find((field) => fields.includes(field))
    if (first) setPage(sectionOf(first))
    setAttempt((count) => count + 1)
  }

  const send = form.handleSubmit(
    async (profile) => {
      setFailure(null)
      try {
        await submit(profile)
      } catch (error) {
        if (!(error instanceof ProxyError)) throw error
        onError(error)
        setFailure(error)
        for (const [field, code] of Object.entries(error.fields ?? {})) {
          form.setError(field as ProfileField, { type: 'proxy', message: code })
        }
        if (error.fields) showFirst(Object.keys(error.fields) as ProfileField[])
      } finally {
        form.resetField('ssnLast4', { defaultValue: '', keepError: true })
      }
    },
    (errors) => showFirst(Object.keys(errors) as ProfileField[]),
  )

  const advance = async (section: Section) => {
    if (await form.trigger(fieldsOf(section, policy), { shouldFocus: false })) step(1)
    else setAttempt((count) => count + 1)
  }

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (page === 'intro') step(1)
    else if (page === 'review') void (form.formState.isSubmitting || send())
    else void advance(page)
  }

  return (
    <form className="astra-form" noValidate onSubmit={onSubmit}>
      {page === 'intro' && <IntroPage creationUnknown={creationUnknown} />}
      {page === 'review' && (
        <ReviewPage form={form} policy={policy} failure={failure} change={setPage} back={() => step(-1)} />
      )}
      {page !== 'intro' && page !== 'review' && (
        <Screen
          key={page}
          title={messages.steps[page]}
          caption={messages.steps.position(PAGES.indexOf(page), PAGES.length - 1)}
        >
          <ErrorSummary form={form} fields={fieldsOf(page, policy)} inputId={focusId} attempt={attempt} />
          {fieldsOf(page, policy).map((field) => (
            <ProfileInput key={field} form={form} field={field} id={inputId(field)} policy={policy} />
          ))}
          <div className="astra-actions">
            <button type="submit" className="astra-button">
              {messages.continue}
            </button>
            <button type="button" className="astra-link" onClick={() => step(-1)}>
              {messages.back}
            </button>
          </div>
        </Screen>
      )}
    </form>
  )
}

/** The SSN is forgotten when the page goes away, and when it comes back out of the browser's cache. */
function useForgetfulSsn(form: ProfileFormApi): void {
  useEffect(() => {
    const forget = () => form.resetField('ssnLast4', { defaultValue: '' })
    window.addEventListener('pagehide', forget)
    window.addEventListener('pageshow', forget)
    return () => {
      window.removeEventListener('pagehide', forget)
      window.removeEventListener('pageshow', forget)
    }
  }, [form])
}
