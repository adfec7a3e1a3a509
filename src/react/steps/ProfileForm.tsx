'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useEffect, useId, useMemo, useState } from 'react'
import type { FormEvent } from 'react'
import { useForm } from 'react-hook-form'
import type { FormPolicy } from '../../core/contract.ts'
import type { FieldCode } from '../../core/field-codes.ts'
import { PROFILE_FIELDS } from '../../core/profile.ts'
import type { Profile, ProfileField } from '../../core/profile.ts'
import { ErrorSummary } from '../fields/ErrorSummary.tsx'
import type { Problem } from '../fields/ErrorSummary.tsx'
import { ProfileInput } from '../fields/inputs.tsx'
import type { ProfileFormApi } from '../fields/inputs.tsx'
import { fieldsOf, formSchema, initialValues, sectionOf, SECTIONS } from '../form-values.ts'
import type { DefaultValues, FormValues, Section } from '../form-values.ts'
import { IntroPage } from '../pages/IntroPage.tsx'
import { ReviewPage } from '../pages/ReviewPage.tsx'
import type { SendFailure } from '../pages/ReviewPage.tsx'
import { ProxyError } from '../proxy-client.ts'
import { Screen } from '../Screen.tsx'
import { useSettings } from '../settings.ts'

interface ProfileFormProps {
  policy: FormPolicy
  /** The last creation ended without an answer. */
  creationUnknown: boolean
  defaultValues: DefaultValues | undefined
  submit: (profile: Profile) => Promise<void>
  onError: (error: unknown) => void
  /** Set for a correction of what was sent before: goes back to where the person came from. */
  leave?: () => void
}

type Page = 'intro' | Section | 'review'

const PAGES: readonly Page[] = ['intro', ...SECTIONS, 'review']

/** The intro is no step: nothing is asked there. */
const LAST_STEP = PAGES.length - 1

/** The identity form: short pages, then a look at all of it before it is sent. */
export function ProfileForm({
  policy,
  creationUnknown,
  defaultValues,
  submit,
  onError,
  leave,
}: ProfileFormProps) {
  const { messages } = useSettings()
  const idBase = useId()
  const [page, setPage] = useState<Page>(leave ? SECTIONS[0] : 'intro')
  const [isChanging, setChanging] = useState(false)
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const [failure, setFailure] = useState<SendFailure | null>(null)
  const [openedAt] = useState(() => Date.now())
  const resolver = useMemo(() => zodResolver(formSchema(policy, openedAt)), [policy, openedAt])
  const form: ProfileFormApi = useForm<FormValues, unknown, Profile>({
    defaultValues: initialValues(defaultValues),
    resolver,
    mode: 'onSubmit',
    // A refused field is looked at again by its own input; the others wait for "Continue".
    reValidateMode: 'onSubmit',
    shouldFocusError: false,
  })
  useForgetfulSsn(form)

  const inputId = (field: ProfileField) => `${idBase}-${field}`
  const focusId = (field: ProfileField) =>
    field === 'dateOfBirth' ? `${inputId(field)}-month` : inputId(field)

  const show = (next: Page) => {
    setProblems([])
    setFailure(null)
    setPage(next)
  }
  const turn = (direction: 1 | -1) => show(PAGES[PAGES.indexOf(page) + direction] ?? page)
  const change = (section: Section) => {
    setChanging(true)
    show(section)
  }

  /** Leads to the first page with a refused field, and says all that is wrong there. */
  const showProblems = (refused: Partial<Record<ProfileField, FieldCode>>) => {
    const first = PROFILE_FIELDS.find((field) => refused[field])
    if (!first) return
    const section = sectionOf(first)
    setPage(section)
    setProblems(
      fieldsOf(section, policy).flatMap((field) => (refused[field] ? [{ field, code: refused[field] }] : [])),
    )
  }

  const advance = async (section: Section) => {
    const fields = fieldsOf(section, policy)
    if (await form.trigger(fields, { shouldFocus: false })) {
      if (isChanging) show('review')
      else turn(1)
      setChanging(false)
      return
    }
    const codeOf = (field: ProfileField) => form.getFieldState(field).error?.message as FieldCode | undefined
    showProblems(Object.fromEntries(fields.map((field) => [field, codeOf(field)])))
  }

  const send = form.handleSubmit(
    async (profile) => {
      setFailure(null)
      try {
        await submit(profile)
      } catch (error) {
        if (!(error instanceof ProxyError)) throw error
        onError(error)
        setFailure({ error, hadSsn: profile.ssnLast4 !== undefined })
        for (const [field, code] of Object.entries(error.fields ?? {})) {
          form.setError(field as ProfileField, { type: 'proxy', message: code })
        }
        showProblems(error.fields ?? {})
      } finally {
        form.resetField('ssnLast4', { defaultValue: '', keepError: true })
      }
    },
    (errors) =>
      showProblems(
        Object.fromEntries(Object.entries(errors).map(([field, error]) => [field, error.message])),
      ),
  )

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (page === 'intro') turn(1)
    else if (page === 'review') void (form.formState.isSubmitting || send())
    else void advance(page)
  }

  const caption = messages.steps.position(PAGES.indexOf(page), LAST_STEP)
  return (
    <form noValidate onSubmit={onSubmit}>
      {page === 'intro' && <IntroPage policy={policy} creationUnknown={creationUnknown} />}
      {page === 'review' && (
        <ReviewPage
          form={form}
          policy={policy}
          caption={caption}
          failure={failure}
          creationUnknown={creationUnknown}
          change={change}
          back={() => turn(-1)}
        />
      )}
      {page !== 'intro' && page !== 'review' && (
        <Screen key={page} title={messages.steps[page]} caption={caption}>
          <ErrorSummary problems={problems} focusId={focusId} />
          {leave && page === SECTIONS[0] && <p>{messages.correction.notice}</p>}
          {fieldsOf(page, policy).map((field) => (
            <ProfileInput key={field} form={form} field={field} id={inputId(field)} policy={policy} />
          ))}
          <div className="astra-actions">
            <button type="submit" className="astra-button">
              {messages.continue}
            </button>
            {leave && page === SECTIONS[0] ? (
              <button type="button" className="astra-link" onClick={leave}>
                {messages.correction.cancel}
              </button>
            ) : (
              <button type="button" className="astra-link" onClick={() => turn(-1)}>
                {messages.back}
              </button>
            )}
          </div>
        </Screen>
      )}
    </form>
  )
}

/** The SSN is forgotten when the page or the form goes away, and when the page comes back out of the browser's cache. */
function useForgetfulSsn(form: ProfileFormApi): void {
  useEffect(() => {
    const forget = () => form.resetField('ssnLast4', { defaultValue: '' })
    const forgetWhenThawed = (event: PageTransitionEvent) => event.persisted && forget()
    window.addEventListener('pagehide', forget)
    window.addEventListener('pageshow', forgetWhenThawed)
    return () => {
      window.removeEventListener('pagehide', forget)
      window.removeEventListener('pageshow', forgetWhenThawed)
      forget()
    }
  }, [form])
}
