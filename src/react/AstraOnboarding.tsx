'use client'
import { useEffect, useRef, useState } from 'react'
import type { HostedFlowReason, OnboardingStep } from '../core/next-step.ts'
import { useChange } from './early-effects.ts'
import { exitReasonAt } from './events.ts'
import type { ExitReason } from './events.ts'
import { isArrival } from './launch/arrival.ts'
import { useMisuseWarnings } from './misuse.ts'
import { OnboardingView } from './OnboardingView.tsx'
import type { LookProps } from './OnboardingView.tsx'
import { screenName } from './screens.ts'
import { useAstraOnboarding } from './use-astra-onboarding.ts'
import type { AstraOnboardingHandle, AstraOnboardingOptions } from './use-astra-onboarding.ts'

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
  const { launch = 'always', onEvent } = props
  const handle = useAstraOnboarding({
    ...props,
    watch: launch !== 'always',
    // Nobody views a screen that is not shown.
    onEvent: (event) => event.name !== 'screen-viewed' && onEvent?.(event),
  })
  const { isShown, leave } = useShown(handle, props)
  useChange(isShown, () => isShown && onEvent?.({ name: 'opened' }))
  useChange(isShown && screenName(handle.screen), (screen) => {
    if (screen) onEvent?.({ name: 'screen-viewed', screen })
  })
  const exit = useExit(handle, props, leave)
  useMisuseWarnings(props, isShown)
  return isShown && <OnboardingView {...props} handle={handle} exit={exit} onError={props.onError} />
}

/**
 * Whether to show. Once shown by itself it stays until the person leaves, so that the end of the story is seen too; it
 * comes again when it is due again.
 */
function useShown(
  handle: AstraOnboardingHandle,
  props: AstraOnboardingProps,
): { isShown: boolean; leave: () => void } {
  const { launch = 'always', open } = props
  const { step, isResumed, open: openFlow } = handle
  const isDue = isDueAgain(step)
  // Not inside of another site's page.
  const isInviting = handle.screen.name === 'invitation'
  const [isWanted, setWanted] = useState(false)
  const [seen, setSeen] = useState({ isDue: false, isResumed: false })
  if (isDue !== seen.isDue || isResumed !== seen.isResumed) {
    setSeen({ isDue, isResumed })
    if ((isDue && !seen.isDue) || (isResumed && !seen.isResumed)) setWanted(true)
  }
  // Once per page, and not right after a return, whatever became of it: whoever just declined is not sent back. What a
  // widget before could not hand over stands in no address; of that `isResumed` tells.
  const maySend = useRef(typeof window !== 'undefined' && !isArrival(window.location.search))

  useEffect(() => {
    if (launch !== 'auto-redirect' || !isDue || !isInviting || isResumed || !maySend.current) return
    maySend.current = false
    openFlow('redirect')
  }, [launch, isDue, isInviting, isResumed, openFlow])

  useChange(isWanted, () => isWanted && props.onOpenChange?.(true))
  // The host has closed it, which is as good as leaving: the next time it is due counts again.
  useChange(open ?? null, (next) => next === false && setWanted(false))
  return { isShown: open ?? (launch === 'always' || isWanted), leave: () => setWanted(false) }
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
function useExit(
  handle: AstraOnboardingHandle,
  props: AstraOnboardingProps,
  leave: () => void,
): (() => void) | null {
  const { onExit, onOpenChange } = props
  if (!onExit && !onOpenChange) return null
  return () => {
    const reason = exitReasonAt(screenName(handle.screen))
    leave()
    handle.emit({ name: 'closed', reason })
    onExit?.({ reason })
    onOpenChange?.(false)
  }
}
