'use client'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { AstraOnboarding } from './AstraOnboarding.tsx'
import type { AstraOnboardingProps } from './AstraOnboarding.tsx'
import { isArrivalFor } from './launch/arrival.ts'
import { useAstraStatus } from './use-astra-status.ts'
import { useEarlyEffect } from './use-early-effect.ts'

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
 * Shows its children to a customer who is ready to move money, and the onboarding to everybody else: also when the
 * authorization ends while the page is open.
 *
 * @example
 * <AstraGate fallback={<Spinner />}><InstantTransfer /></AstraGate>
 */
export function AstraGate({ children, fallback = null, onEvent, ...props }: AstraGateProps): ReactNode {
  const { status, refresh } = useAstraStatus(props)
  // What is under way is the onboarding's to end and to tell of, whatever the status says meanwhile; also a return.
  const [isUnderWay, setUnderWay] = useState(false)
  // Not at once: a server knows nothing of it, and what is rendered first here has to be what came from there.
  useEarlyEffect(() => {
    if (isArrivalFor(window.location.search, 'onboard')) setUnderWay(true)
  }, [])
  if (!isUnderWay && status === 'loading') return fallback
  if (!isUnderWay && status === 'ready') return children
  return (
    <AstraOnboarding
      {...props}
      onEvent={(event) => {
        if (event.name === 'step-changed') {
          setUnderWay(event.step !== 'complete')
          if (event.step === 'complete') refresh()
        }
        onEvent?.(event)
      }}
    />
  )
}
