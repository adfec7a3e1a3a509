'use client'
import type { UserMessage } from '../../core/errors.ts'
import type { OnboardingStep } from '../../core/next-step.ts'
import { useSettings } from '../settings.ts'
import { Screen, SupportLine } from '../Screen.tsx'

type StoppedReason = Extract<OnboardingStep, { name: 'stopped' }>['reason']

/** Everything is done. */
export function CompleteStep({ onClose }: { onClose: (() => void) | undefined }) {
  const { messages } = useSettings()
  return (
    <Screen title={messages.complete.title}>
      <p role="status">{messages.complete.text}</p>
      {onClose && (
        <button type="button" className="astra-button" onClick={onClose}>
          {messages.done}
        </button>
      )}
    </Screen>
  )
}

/** Nothing more can be done here. */
export function StoppedStep({ reason }: { reason: StoppedReason }) {
  const { title, text } = useSettings().messages.stopped[reason]
  return (
    <Screen title={title}>
      <p>{text}</p>
      <SupportLine />
    </Screen>
  )
}

/** The proxy or Astra cannot be reached, and there is no earlier answer to show. */
export function TroubleStep({ userMessage, retry }: { userMessage: UserMessage; retry: () => void }) {
  const { messages } = useSettings()
  return (
    <section className="astra-screen">
      <p role="alert">{messages.trouble[userMessage]}</p>
      <button type="button" className="astra-button" onClick={retry}>
        {messages.tryAgain}
      </button>
      <SupportLine />
    </section>
  )
}

/** Before the first answer. */
export function LoadingStep() {
  const { messages } = useSettings()
  return (
    <section className="astra-screen astra-screen-loading">
      <p role="status">{messages.loading}</p>
    </section>
  )
}
