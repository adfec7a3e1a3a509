'use client'
import { LinkButton } from './Screen.tsx'
import { useSettings } from './settings.ts'
import type { AstraOnboardingHandle } from './use-astra-onboarding.ts'

/** Leads to the form again, where that is possible. */
export function CorrectionLink({ correct }: Pick<AstraOnboardingHandle, 'correct'>) {
  const { messages } = useSettings()
  return correct && <LinkButton onClick={correct}>{messages.correct}</LinkButton>
}
