'use client'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { AstraOnboarding } from './AstraOnboarding.tsx'
import type { AstraOnboardingProps } from './AstraOnboarding.tsx'
import { useChange, useEarlyEffect } from './early-effects.ts'
import { isArrivalFor } from './launch/arrival.ts'
import { hasKeptReturn } from './launch/complete-return.ts'
import type { Locale } from './messages/loading.ts'
import { useAstraStatus } from './use-astra-status.ts'
import { useLanguage } from './use-language.ts'

/** Props of {@link AstraGate}: those of the onboarding that it shows, and its own. */
export interface AstraGateProps extends Omit<
  AstraOnboardingProps,
  'launch' | 'open' | 'onOpenChange' | 'goal'
> {
  /** What only a customer who is ready may see. */
  children: ReactNode
  /** While it is not known yet. Default: nothing. */
  fallback?: ReactNode
}

/**
 * What the onboarding in the gate's place is at. `none`: nothing yet, or nothing any more; the status decides.
 * `returning`: somebody has come back from Astra, and it is not known what of it. `under-way`: it has something to show.
 * `complete`: it is through, and the status has not heard of it yet.
 */
type Course = 'none' | 'returning' | 'under-way' | 'complete'

/** It does all the same what there is to do, as handing a return over. */
const NOT_SHOWN = { open: false, onOpenChange: () => {} }

/**
 * Shows its children to a customer who is ready to move money, and the onboarding to everybody else: also when the
 * authorization ends while the page is open.
 *
 * @example
 * <AstraGate fallback={<Spinner />}><InstantTransfer /></AstraGate>
 */
export function AstraGate({ children, fallback = null, onEvent, ...props }: AstraGateProps): ReactNode {
  const { status, refresh } = useAstraStatus(props)
  // What is under way is the onboarding's to end and to tell of, whatever the status says meanwhile; also a return.
  const [course, setCourse] = useState<Course>('none')
  // Not at once: a server knows nothing of it, and what is rendered first here has to be what came from there.
  useEarlyEffect(() => {
    if (isArrivalFor(window.location.search, 'onboard') || hasKeptReturn()) setCourse('returning')
  }, [])
  useChange(status, (next) => {
    if (next === 'ready') setCourse((current) => (current === 'complete' ? 'none' : current))
  })
  if (status === 'ready' && (course === 'none' || course === 'complete')) return children
  // The onboarding asks for itself; before it has heard, there is nothing to see but that it is loading.
  const isAsked = course !== 'none' || status !== 'loading'
  const isKnown = course === 'under-way' || course === 'complete'
  return (
    <>
      {!isKnown && fallback}
      {isAsked && !isKnown && <Sentences locale={props.locale} />}
      {isAsked && (
        <AstraOnboarding
          {...props}
          {...(!isKnown && NOT_SHOWN)}
          onEvent={(event) => {
            // What fails after the end is no news of the onboarding.
            if (event.name === 'failed')
              setCourse((now) =>
                now === 'complete' || (now === 'none' && status === 'ready') ? now : 'under-way',
              )
            if (event.name === 'step-changed') {
              const isComplete = event.step === 'complete'
              setCourse(!isComplete ? 'under-way' : status === 'ready' ? 'none' : 'complete')
              if (isComplete) refresh()
            }
            onEvent?.(event)
          }}
        />
      )}
    </>
  )
}

/** Downloads those of what is shown next, in the meantime. */
function Sentences({ locale }: { locale: Locale | undefined }): null {
  useLanguage(locale)
  return null
}
