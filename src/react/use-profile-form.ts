import { useEffect, useId, useMemo, useRef, useState } from 'react'
import { useForm } from 'react-hook-form'
import type { UseFormReturn } from 'react-hook-form'
import type { FormPolicy } from '../core/contract.ts'
import type { FieldCode } from '../core/field-codes.ts'
import { isLocked, PROFILE_FIELDS } from '../core/profile.ts'
import type { Profile, ProfileField } from '../core/profile.ts'
import { STATE_NAMES } from '../core/states.ts'
import { spreadDate, toIsoDate } from './date-of-birth.ts'
import { fieldsOf, initialValues, lockedValue, nationalPhone } from './form-values.ts'
import type { DefaultValues, FormValues, Section } from './form-values.ts'
import { useHistorySteps } from './history-steps.ts'
import { fieldLabel } from './messages/field-label.ts'
import type { Messages } from './messages/en.ts'
import { pageOf, pagesOf, sectionsOf } from './profile-pages.ts'
import type { FormLayout, FormPage } from './profile-pages.ts'
import { profileResolver } from './profile-resolver.ts'
import { ProxyError } from './proxy-client.ts'

/** What {@link useProfileForm} needs. */
export interface ProfileFormOptions {
  policy: FormPolicy
  messages: Messages
  defaultValues?: DefaultValues | undefined
  /** Default `steps`. */
  layout?: FormLayout | undefined
  /** Whether the browser's Back and Forward turn the pages. Default `true`. */
  historySteps?: boolean | undefined
  /** Corrects what was sent before: begins without the intro. */
  isCorrection?: boolean
  /**
   * Sends the profile; rejects with a {@link ProxyError} if it could not be sent. Whoever waits for more than the
   * proxy's answer calls `onAnswered` at that: the SSN is then taken out of the form and of the profile.
   */
  submit: (profile: Profile, onAnswered: () => void) => Promise<void>
  onError?: ((error: unknown) => void) | undefined
}

/** A field that was refused when the person wanted to go on. */
export interface Problem {
  field: ProfileField
  code: FieldCode
}

/** The profile could not be sent. */
export interface SendFailure {
  error: ProxyError
  /** It had an SSN, which is not kept. */
  hadSsn: boolean
}

/** An answer as the review shows it. */
export interface Answer {
  field: ProfileField
  label: string
  text: string
}

/** The identity form without any markup. What the person types stays inside; it re-renders when a page turns, never for a keystroke. */
export interface ProfileFormModel {
  policy: FormPolicy
  messages: Messages
  page: FormPage
  /** Which of the steps this page is, from 1; null for the intro, which is none. */
  position: { step: number; count: number } | null
  /** What this page asks, in order; empty on intro and review. */
  sections: readonly { name: Section; fields: readonly ProfileField[] }[]
  /** The section that "Change" led to, until the person goes back to the review. */
  changing: Section | null
  /** What was refused when the person last wanted to go on; the same until the next try. */
  problems: readonly Problem[]
  /** Why the last sending failed. */
  failure: SendFailure | null
  isSending: boolean
  /** Checks this page and turns to the next, or back to the review; on the review it sends. */
  advance: () => Promise<void>
  /** Turns one page back, with everything kept; null on the first page. */
  back: (() => void) | null
  /** From the review to a section. */
  change: (section: Section) => void
  /** What the review shows, section by section. Never the SSN. */
  answers: () => readonly { section: Section; answers: readonly Answer[] }[]
  /** Id of a field's input, or of the first input of a date. */
  focusId: (field: ProfileField) => string
  /** For {@link useProfileField}. */
  api: UseFormReturn<FormValues, unknown, Profile>
  idBase: string
}

/**
 * Holds the identity form: answers, pages, problems, sending. Its fields come from {@link useProfileField}.
 *
 * @example
 * // where `screen.name === 'profile'` of useAstraOnboarding()
 * const { messages } = useAstraLanguage()
 * const form = useProfileForm({ policy: screen.policy, messages, submit: handle.submitProfile })
 */
export function useProfileForm(options: ProfileFormOptions): ProfileFormModel {
  const { policy, messages, layout = 'steps', historySteps = true, isCorrection = false, submit } = options
  const idBase = useId()
  const pages = pagesOf(layout, isCorrection)
  const [trail, setTrail] = useState<readonly FormPage[]>([])
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const [failure, setFailure] = useState<SendFailure | null>(null)
  const [isSending, setSending] = useState(false)
  // A second press comes before the first has rendered.
  const sending = useRef(false)
  const [openedAt] = useState(() => Date.now())
  const resolver = useMemo(() => profileResolver(policy, openedAt), [policy, openedAt])
  const api = useForm<FormValues, unknown, Profile>({
    defaultValues: initialValues(options.defaultValues),
    resolver,
    mode: 'onSubmit',
    // A refused field is looked at again by its own input; the others wait for "Continue".
    reValidateMode: 'onSubmit',
    shouldFocusError: false,
  })
  useForgetfulSsn(api)

  const page = trail.at(-1) ?? pages[0] ?? 'review'
  const isChanging = page !== 'review' && trail.includes('review')
  const sections = sectionsOf(page).map((name) => ({ name, fields: fieldsOf(name, policy) }))
  const [changing, setChanging] = useState<Section | null>(null)

  const turnTo = (next: readonly FormPage[]) => {
    setProblems([])
    setFailure(null)
    setChanging(null)
    setTrail(next)
  }
  const goBack = () => turnTo(trail.slice(0, -1))

  useHistorySteps(historySteps, trail, (to) => {
    // What is on its way cannot be changed any more: the entry is put back.
    if (sending.current) setTrail([...trail])
    else turnTo(to as readonly FormPage[])
  })

  /** Leads to the first page where one of these is refused, and says all that is wrong there. */
  const showProblems = (fields: readonly ProfileField[]) => {
    const refused = fields.flatMap((field) => {
      const code = api.getFieldState(field).error?.message as FieldCode | undefined
      return code ? [{ field, code }] : []
    })
    if (!refused[0]) return
    const target = pageOf(refused[0].field, layout)
    if (target !== page) turnTo([...trail, target])
    setProblems(refused.filter(({ field }) => pageOf(field, layout) === target))
  }

  const leavePage = async () => {
    const fields = sections.flatMap((section) => section.fields)
    if (fields.includes('dateOfBirth')) api.setValue('dateOfBirth', spreadDate(api.getValues('dateOfBirth')))
    if (await api.trigger(fields)) {
      const next = pages[pages.indexOf(page) + 1]
      if (isChanging) goBack()
      else if (next) turnTo([...trail, next])
      return
    }
    showProblems(fields)
  }

  const send = async (profile: Profile) => {
    const hadSsn = profile.ssnLast4 !== undefined
    // Whoever awaits the rest holds on to the profile.
    const forgetSsn = () => {
      delete profile.ssnLast4
      api.setValue('ssnLast4', '')
    }
    setFailure(null)
    try {
      await submit(profile, forgetSsn)
    } catch (error) {
      if (!(error instanceof ProxyError)) throw error
      options.onError?.(error)
      for (const [field, code] of Object.entries(error.fields ?? {}))
        api.setError(field as ProfileField, { type: 'proxy', message: code })
      showProblems(PROFILE_FIELDS)
      setFailure({ error, hadSsn })
    } finally {
      forgetSsn()
    }
  }

  const sendOnce = async () => {
    if (sending.current) return
    sending.current = true
    setSending(true)
    let sent: Promise<void> | undefined
    // Nothing is returned to it: it would hold on to values of its own until the end.
    const whenValid = api.handleSubmit(
      (profile) => {
        sent = send(profile)
      },
      () => showProblems(PROFILE_FIELDS),
    )
    try {
      await whenValid()
      await sent
    } finally {
      sending.current = false
      setSending(false)
    }
  }

  const steps = pages.filter((one) => one !== 'intro')
  return {
    policy,
    messages,
    page,
    position: page === 'intro' ? null : { step: steps.indexOf(page) + 1, count: steps.length },
    sections,
    changing,
    problems,
    failure,
    isSending,
    advance: page === 'review' ? sendOnce : leavePage,
    back: trail.length === 0 ? null : () => sending.current || goBack(),
    change: (section) => {
      if (sending.current) return
      turnTo([...trail, layout === 'single' ? 'details' : section])
      setChanging(section)
    },
    answers: () => {
      const values = api.getValues()
      return sectionsOf('details').map((section) => ({
        section,
        answers: fieldsOf(section, policy).map((field) => ({
          field,
          label: fieldLabel(messages, field, policy),
          // It has gone already, and was there when the person sent it.
          text:
            field === 'ssnLast4' && isSending ? messages.ssnEntered : shown(field, values, policy, messages),
        })),
      }))
    },
    focusId: (field) => (field === 'dateOfBirth' ? `${idBase}-${field}-month` : `${idBase}-${field}`),
    api,
    idBase,
  }
}

function shown(field: ProfileField, values: FormValues, policy: FormPolicy, messages: Messages): string {
  const locked: boolean = isLocked(policy, field)
  if (locked) return lockedValue(policy, field)
  if (field === 'ssnLast4') return values.ssnLast4 ? messages.ssnEntered : messages.ssnMissing
  if (field === 'dateOfBirth') return shownDate(toIsoDate(values.dateOfBirth), messages.dateLocale) || '–'
  if (field === 'state') return STATE_NAMES[values.state] ?? '–'
  return (field === 'phone' ? nationalPhone(values.phone) : values[field]) || '–'
}

/** In words, so that month and day cannot be taken for each other. */
function shownDate(iso: string, locale: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date)
}

/** The SSN is forgotten when the page or the form goes away, and when the page comes back out of the browser's cache. */
function useForgetfulSsn(api: ProfileFormModel['api']): void {
  useEffect(() => {
    const forget = () => api.setValue('ssnLast4', '')
    const forgetWhenThawed = (event: PageTransitionEvent) => event.persisted && forget()
    // react-hook-form keeps all answers as of the last change that somebody heard of. Its own hook hears none at the end.
    const stopListening = api.subscribe({ callback: () => {} })
    window.addEventListener('pagehide', forget)
    window.addEventListener('pageshow', forgetWhenThawed)
    return () => {
      window.removeEventListener('pagehide', forget)
      window.removeEventListener('pageshow', forgetWhenThawed)
      forget()
      stopListening()
    }
  }, [api])
}
