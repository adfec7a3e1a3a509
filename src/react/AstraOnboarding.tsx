'use client'
import { useEffect, useRef, useState } from 'react'
import type { HostedFlowReason, OnboardingStep } from '../core/next-step.ts'
import { exitReasonAt } from './events.ts'
import type { ExitReason } from './events.ts'
import { useMisuseWarnings } from './misuse.ts'
import { OnboardingView } from './OnboardingView.tsx'
import type { LookProps } from './OnboardingView.tsx'
import { screenName } from './screens.ts'
import { useAstraOnboarding } from './use-astra-onboarding.ts'
import type { AstraOnboardingHandle, AstraOnboardingOptions } from './use-astra-onboarding.ts'
import { useLatest } from './use-latest.ts'

/** Props of {@link AstraOnboarding}; all optional. */
export interface AstraOnboardingProps extends Omit<AstraOnboardingOptions, 'watch'>, LookProps {
  /**
   * When to show. `always`: as soon as it is mounted. `auto`: only when the authorization has expired or was not
   * finished, or a correction or photo ID is due, at once or while the page is open. `auto-redirect`: the same, and
   * goes to Astra without a click. Default `always`.
   */
  launch?: 'always' | 'auto' | 'auto-redirect' | undefined
  /** Shows or hides it, whatever `launch` says. */
  open?: boolean | undefined
  /** It wants to be shown, as after a return from Astra, or hidden, because the person is done with it. */
  onOpenChange?: ((open: boolean) => void) | undefined
  /** The person leaves. Gives the last screens a button for it. */
  onExit?: ((exit: { reason: ExitReason }) => void) | undefined
}

/**
 * Astra's onboarding: the identity form, the wait for the check, the way through Astra's hosted module and back.
 * Needs no provider. Import `astra-onboarding/styles.css` once.
 *
 * @example
 * <AstraOnboarding onComplete={() => refreshCards()} supportUrl="/help" />
 * @see https://docs.astra.finance/docs/guide-to-astras-sdk
 */
export function AstraOnboarding(props: AstraOnboardingProps) {
  const { launch = 'always' } = props
  const handle = useAstraOnboarding({ ...props, watch: launch !== 'always' })
  const isShown = useShown(handle, props)
  const exit = useExit(handle, props)
  useMisuseWarnings(props, isShown)
  return isShown && <OnboardingView {...props} handle={handle} exit={exit} onError={props.onError} />
}

/** Whether to show; once shown by itself, it stays for this mount, so that the end of the story is seen too. */
function useShown(handle: AstraOnboardingHandle, props: AstraOnboardingProps): boolean {
  const { launch = 'always', open } = props
  const { step, isResumed, open: openFlow, emit } = handle
  const [wasDue, setWasDue] = useState(false)
  const redirected = useRef(false)
  const isDue = isDueAgain(step)
  if ((isDue || isResumed) && !wasDue) setWasDue(true)

  useEffect(() => {
    // Once per page, and not right after a return: whoever just declined is not sent back.
    if (launch !== 'auto-redirect' || !isDue || isResumed || redirected.current) return
    redirected.current = true
    openFlow('redirect')
  }, [launch, isDue, isResumed, openFlow])

  const onOpenChangeRef = useLatest(props.onOpenChange)
  useEffect(() => {
    if (wasDue) onOpenChangeRef.current?.(true)
  }, [wasDue, onOpenChangeRef])

  const isShown = open ?? (launch === 'always' || wasDue)
  useEffect(() => {
    if (isShown) emit({ name: 'opened' })
  }, [isShown, emit])
  return isShown
}

/** Whether the person has been here before, and Astra wants something of them again. */
const IS_DUE_AGAIN = {
  'first-time': false,
  again: true,
  correction: true,
  document: true,
  'document-sent': false,
  card: false,
} as const satisfies Record<HostedFlowReason, boolean>

function isDueAgain(step: OnboardingStep | null): boolean {
  return step?.name === 'hosted-flow' && IS_DUE_AGAIN[step.reason]
}

/** How the person leaves; null where the host has not said what should happen then. */
function useExit(handle: AstraOnboardingHandle, props: AstraOnboardingProps): (() => void) | null {
  const { onExit, onOpenChange } = props
  if (!onExit && !onOpenChange) return null
  return () => {
    const reason = exitReasonAt(screenName(handle.screen))
    handle.emit({ name: 'closed', reason })
    onExit?.({ reason })
    onOpenChange?.(false)
  }
}
