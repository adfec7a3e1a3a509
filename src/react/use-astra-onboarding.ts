'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { StatusAnswer } from '../core/contract.ts'
import type { OnboardingStep } from '../core/next-step.ts'
import type { Profile } from '../core/profile.ts'
import { useChange, useLatest } from './early-effects.ts'
import type { AstraOnboardingEvent, Emit } from './events.ts'
import type { PresentationChoice } from './launch/presentation.ts'
import type { Locale } from './messages/loading.ts'
import { ProxyError } from './proxy-client.ts'
import { failureOf, noticeOf, screenName, screenOf } from './screens.ts'
import type { OnboardingNotice, OnboardingScreen } from './screens.ts'
import { useConnection } from './use-connection.ts'
import type { ConnectionOptions } from './use-connection.ts'
import { useOnboarding } from './use-onboarding.ts'
import type { Onboarding } from './use-onboarding.ts'
import { useFramed, useLongCheck, useOffline } from './window-facts.ts'

/** Options of {@link useAstraOnboarding}. */
export interface AstraOnboardingOptions extends ConnectionOptions {
  /** How Astra's hosted module is shown. Default `auto`: a popup on desktops, a redirect elsewhere. */
  presentation?: PresentationChoice | undefined
  /** Of what another window says until Astra speaks there. Default: the language of the document, else English. */
  locale?: Locale | undefined
  /** Asks the proxy once a minute, too, when everything is done: so that an end of the authorization is noticed. */
  watch?: boolean | undefined
  /** Once, when this mount saw the onboarding become complete, or resumed from Astra. Never for somebody already complete. */
  onComplete?: (() => void) | undefined
  /** For engineers: a call to the proxy failed. Holds a code, never a typed value. */
  onError?: ((error: unknown) => void) | undefined
  /** For product analytics: what happens, by a closed list of names. Nothing personal is in it. */
  onEvent?: ((event: AstraOnboardingEvent) => void) | undefined
}

/** The onboarding without markup. */
export interface AstraOnboardingHandle {
  /** What the person should see now. */
  screen: OnboardingScreen
  /** What has to be said above it, if anything. */
  notice: OnboardingNotice | null
  /** What the customer has to do next; null until the proxy has answered. */
  step: OnboardingStep | null
  /** A short id for support; empty until the proxy has answered. */
  reference: string
  /** This page is where a trip to the hosted module ended. */
  isResumed: boolean
  /** Opens the hosted module. Call it directly in a click handler, so that the popup is not blocked. */
  open: (choice?: PresentationChoice) => void
  /** Brings the window with Astra to the front; opens another where it is gone. In a click handler. */
  bringToFront: () => void
  /** Asks the proxy again. */
  refresh: () => void
  /** Leads to the form again, to correct what was sent; null when it is too late for that. */
  correct: (() => void) | null
  /** Leaves such a correction. */
  cancelCorrection: () => void
  /**
   * Sends a valid profile, as the shared rules make it; ends when the next step is known.
   * @param onAnswered the proxy has answered: from here on nobody needs the profile
   * @throws ProxyError as the proxy refused it
   */
  submitProfile: (profile: Profile, onAnswered?: () => void) => Promise<void>
  /** Tells the host of what happens in markup of one's own. */
  emit: Emit
}

/**
 * Everything of {@link AstraOnboarding} but the markup: what to show, and what can be done. For a form of your own,
 * see {@link useProfileForm}.
 *
 * @example
 * const { screen, open, refresh } = useAstraOnboarding({ onComplete: refreshCards })
 * if (screen.name === 'invitation') return <Button onClick={() => open()}>Continue to Astra</Button>
 */
export function useAstraOnboarding(options: AstraOnboardingOptions = {}): AstraOnboardingHandle {
  const { presentation = 'auto', watch = false } = options
  const onboarding = useOnboarding({
    connection: useConnection(options),
    presentation,
    locale: options.locale,
    isWatching: watch,
  })
  const { state, launch } = onboarding
  // Whose: another person may sign in while this is mounted.
  const [correcting, setCorrecting] = useState<string | null>(null)
  const [limited, setLimited] = useState<string | null>(null)
  const ready = state.name === 'ready' ? state : null
  const answer = ready?.answer
  const reference = answer?.reference ?? ''
  const step = answer?.step ?? null
  const isCorrecting = correcting === reference
  const popup = ready?.trip.state === 'popup' ? ready.trip.popup : null
  const facts = {
    isFramed: useFramed(),
    isOffline: useOffline(),
    isCheckLong: useLongCheck(step?.name === 'wait'),
    isCorrecting,
    isLimitReached: limited === reference,
  }
  const screen = screenOf(state, facts)
  const emit = useEmit(options)
  useChanges(onboarding, screen, emit)
  useFailureReport(onboarding, options.onError, emit)
  useCompletion(onboarding, answer, options.onComplete, emit)

  const submitProfile = async (profile: Profile, onAnswered?: () => void) => {
    emit({ name: 'profile-sent' })
    try {
      await onboarding.submitProfile(profile, { replace: isCorrecting, onAnswered })
    } catch (error) {
      const code = codeOf(error)
      emit({ name: 'profile-refused', code })
      if (code === 'intent_limit_reached') setLimited(reference)
      throw error
    }
    emit({ name: 'profile-taken' })
    setCorrecting(null)
    setLimited(null)
  }

  return {
    screen,
    notice: noticeOf(state, facts),
    step,
    reference,
    isResumed: onboarding.resumed,
    open: launch,
    bringToFront: () => (popup && !popup.closed ? popup.focus() : launch('popup')),
    refresh: onboarding.refresh,
    correct: answer?.mayCorrect ? () => setCorrecting(reference) : null,
    cancelCorrection: () => setCorrecting(null),
    submitProfile,
    emit,
  }
}

function useEmit({ onEvent }: AstraOnboardingOptions): Emit {
  const onEventRef = useLatest(onEvent)
  return useCallback((event) => onEventRef.current?.(event), [onEventRef])
}

/** Every change is told once, in the order in which it shows. */
function useChanges({ state }: Onboarding, screen: OnboardingScreen, emit: Emit): void {
  const ready = state.name === 'ready' ? state : null
  useChange(ready?.answer.step.name ?? null, (step) => {
    if (step) emit({ name: 'step-changed', step })
  })
  useChange(screenName(screen), (shown) => {
    if (shown === 'popup-closed') emit({ name: 'popup-closed' })
    emit({ name: 'screen-viewed', screen: shown })
  })
  const trip = ready?.trip
  useChange(trip?.state === 'opening' && trip.isBlocked, (isBlocked) => {
    if (isBlocked) emit({ name: 'popup-blocked' })
  })
  const opened = trip && 'flow' in trip ? trip.flow : null
  useChange(opened?.id, () => {
    if (opened) emit({ name: 'flow-opened', flow: opened.flow, presentation: opened.presentation })
  })
  // Known by its id: what becomes of its card changes it once more.
  const ended = ready?.lastFlow
  useChange(ended?.id, () => {
    if (ended && ended.outcome.state !== 'open')
      emit({ name: 'flow-ended', flow: ended.flow, outcome: ended.outcome.state })
  })
}

function codeOf(error: unknown): ProxyError['code'] | 'unknown' {
  return error instanceof ProxyError ? error.code : 'unknown'
}

/** Tells the host of a failure, shown or not. Polling fails again and again with the same error: it hears of it once. */
function useFailureReport(
  { state }: Onboarding,
  onError: ((error: unknown) => void) | undefined,
  emit: Emit,
): void {
  const onErrorRef = useLatest(onError)
  const failure = failureOf(state)
  const failureRef = useLatest(failure)
  const failureCode = failure ? codeOf(failure) : null
  useEffect(() => {
    if (!failureCode) return
    onErrorRef.current?.(failureRef.current)
    // Whoever has just mounted the proxy in the wrong place looks there first.
    if (process.env['NODE_ENV'] !== 'production' && !onErrorRef.current) console.warn(failureRef.current)
    emit({ name: 'failed', code: failureCode })
  }, [failureCode, failureRef, onErrorRef, emit])
}

/** Tells the host once for each completion, and only of one that this mount took part in. */
function useCompletion(
  { resumed }: Onboarding,
  answer: StatusAnswer | undefined,
  onComplete: (() => void) | undefined,
  emit: Emit,
): void {
  const onCompleteRef = useLatest(onComplete)
  const seen = useRef<'nothing' | 'unfinished' | 'told'>('nothing')
  // Of the person before, nothing is told to the next.
  useChange(answer?.reference, () => void (seen.current = 'nothing'))
  useEffect(() => {
    if (!answer) return
    if (answer.step.name !== 'complete') {
      // Also when an authorization ends while the page is open: what follows is another completion.
      seen.current = 'unfinished'
      return
    }
    const tookPart = seen.current === 'unfinished' || (resumed && seen.current === 'nothing')
    seen.current = 'told'
    if (!tookPart) return
    emit({ name: 'completed' })
    onCompleteRef.current?.()
  }, [answer, resumed, onCompleteRef, emit])
}
