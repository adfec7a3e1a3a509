'use client'
import { useEffect, useRef } from 'react'
import type { FormEvent } from 'react'
import type { FormPolicy } from '../../core/contract.ts'
import type { Profile } from '../../core/profile.ts'
import { useLatest } from '../early-effects.ts'
import type { DefaultValues } from '../form-values.ts'
import { FieldsPage } from '../pages/FieldsPage.tsx'
import { IntroPage } from '../pages/IntroPage.tsx'
import { ReviewPage } from '../pages/ReviewPage.tsx'
import type { FormLayout, FormPage } from '../profile-pages.ts'
import { useSettings } from '../settings.ts'
import { useProfileForm } from '../use-profile-form.ts'

interface ProfileFormProps {
  policy: FormPolicy
  /** The last creation ended without an answer. */
  creationUnknown: boolean
  defaultValues: DefaultValues | undefined
  layout: FormLayout | undefined
  historySteps: boolean | undefined
  submit: (profile: Profile, onAnswered: () => void) => Promise<void>
  onError: ((error: unknown) => void) | undefined
  /** Hears `true` when the person begins to type, `false` when the form goes. */
  onDirtyChange: ((isDirty: boolean) => void) | undefined
  /** Set for a correction of what was sent before: goes back to where the person came from. */
  leave?: () => void
}

/** The identity form: short pages or one, then a look at all of it before it is sent. */
export function ProfileForm({ creationUnknown, onDirtyChange, leave, ...options }: ProfileFormProps) {
  const { messages, emit } = useSettings()
  const form = useProfileForm({ ...options, messages, isCorrection: leave !== undefined })
  const noticeTyping = useDirty(onDirtyChange)
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    // React lets it rise through a dialog, to a form of the host's around it.
    event.stopPropagation()
    void form.advance()
  }
  const { page, position, problems } = form
  const viewed = useRef<FormPage | null>(null)
  useEffect(() => {
    // StrictMode runs effects twice.
    if (viewed.current !== page) emit({ name: 'page-viewed', page })
    viewed.current = page
  }, [page, emit])
  useEffect(() => {
    if (problems.length === 0) return
    const fields = Object.fromEntries(problems.map(({ field, code }) => [field, code]))
    emit({ name: 'fields-refused', fields })
  }, [problems, emit])
  const caption = position ? messages.steps.position(position.step, position.count) : undefined
  return (
    <form noValidate onSubmit={onSubmit} onInput={noticeTyping}>
      {page === 'intro' ? (
        <IntroPage policy={options.policy} creationUnknown={creationUnknown} />
      ) : page === 'review' ? (
        <ReviewPage form={form} caption={caption} creationUnknown={creationUnknown} />
      ) : (
        <FieldsPage
          form={form}
          page={page}
          caption={caption}
          creationUnknown={creationUnknown}
          leave={leave}
        />
      )}
    </form>
  )
}

/** Tells once that something was typed, and once that it is gone. */
function useDirty(onDirtyChange: ((isDirty: boolean) => void) | undefined): () => void {
  const isDirty = useRef(false)
  const tell = (next: boolean) => {
    if (isDirty.current === next) return
    isDirty.current = next
    onDirtyChange?.(next)
  }
  const tellRef = useLatest(tell)
  useEffect(() => () => tellRef.current(false), [tellRef])
  return () => tell(true)
}
