'use client'
import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { DEFAULT_BASE_PATH } from '../core/contract.ts'
import type { OnboardingStep } from '../core/next-step.ts'
import type { UserMessage } from '../core/errors.ts'
import type { DefaultValues } from './form-values.ts'
import { isInCrossSiteFrame } from './launch/frame.ts'
import type { PresentationChoice } from './launch/presentation.ts'
import type { Locale } from './messages/button.ts'
import type { MessageOverrides } from './messages/overrides.ts'
import { OfflineNotice } from './OfflineNotice.tsx'
import { ProxyError } from './proxy-client.ts'
import { SettingsProvider } from './settings.ts'
import type { Settings } from './settings.ts'
import { FramedStep } from './steps/FramedStep.tsx'
import { InvitationStep, PopupStep, VerifyingStep } from './steps/HostedFlowSteps.tsx'
import { CompleteStep, LoadingStep, StoppedStep, TroubleStep } from './steps/OutcomeSteps.tsx'
import { ProfileForm } from './steps/ProfileForm.tsx'
import { useLanguage } from './use-language.ts'
import { useLatest } from './use-latest.ts'
import { useOnboarding } from './use-onboarding.ts'
import type { Onboarding } from './use-onboarding.ts'

/** Props of {@link AstraOnboarding}; all optional. */
export interface AstraOnboardingProps {
  /** Where the proxy is mounted. Default `/api/astra`. */
  basePath?: string
  /** Extra headers for the proxy, like a bearer token of the partner's own session. */
  headers?: () => Record<string, string> | Promise<Record<string, string>>
  /** Default `same-origin`. */
  credentials?: RequestCredentials
  /** Shares the host's TanStack Query client. Default: one of its own. */
  queryClient?: QueryClient
  /** How Astra's hosted module is shown. Default `auto`: a popup on desktops, a redirect elsewhere. */
  presentation?: PresentationChoice
  /**
   * When to show. `always`: as soon as it is mounted. `auto`: only when the authorization has expired or was not
   * finished, or a correction or photo ID is due. `auto-redirect`: the same, and goes to Astra without a click.
   * Default `always`.
   */
  launch?: 'always' | 'auto' | 'auto-redirect'
  /** Prefills the form; everything stays editable. Dates as `YYYY-MM-DD`. */
  defaultValues?: DefaultValues
  /** Once, when this mount saw the onboarding become complete, or resumed from Astra. Never for somebody already complete. */
  onComplete?: () => void
  /** Gives the last screen a button "Done" that calls this, for an onboarding that can be closed. */
  onClose?: () => void
  /** For engineers: a call to the proxy failed. Holds a code, never a typed value. */
  onError?: (error: unknown) => void
  /**
   * The language. Default: that of the document, `<html lang="es">`, else English. Spanish is downloaded only where it
   * is shown; where the download fails, the widget speaks English.
   */
  locale?: Locale
  /**
   * Sentences of your own in place of the language's. Keep the object outside the component, or memoized.
   *
   * @example
   * <AstraOnboarding messages={{ complete: { text: 'You can use Fernhill Instant now.' } }} />
   */
  messages?: MessageOverrides
  /** Where a person gets help; shown where something went wrong. */
  supportUrl?: string
  /** Linked beside the button that sends the profile. */
  privacyUrl?: string
  /** Linked beside the button that sends the profile. */
  termsUrl?: string
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
  const onboarding = useOnboarding({
    basePath: props.basePath ?? DEFAULT_BASE_PATH,
    headers: props.headers,
    credentials: props.credentials ?? 'same-origin',
    presentation: props.presentation ?? 'auto',
    locale: props.locale,
    queryClient: props.queryClient,
  })
  const { state } = onboarding
  const step = state.name === 'ready' ? state.answer.step : null
  useCompletion(onboarding, step, props.onComplete)
  useFailureReport(onboarding, props.onError)
  const isShown = useLaunch(onboarding, step, props.launch ?? 'always')
  const reference = state.name === 'ready' ? state.answer.reference : ''
  const hasActed = useRef(false)
  const act = () => {
    hasActed.current = true
  }
  const { lang, messages, isReady } = useLanguage(props.locale, props.messages)
  const settings = useMemo<Settings>(
    () => ({
      messages,
      links: { support: props.supportUrl, privacy: props.privacyUrl, terms: props.termsUrl },
      reference,
      hasActed,
    }),
    [messages, props.supportUrl, props.privacyUrl, props.termsUrl, reference],
  )
  if (!isShown) return null
  return (
    <SettingsProvider value={settings}>
      <div className="astra-onboarding" lang={lang} onClickCapture={act} onKeyDownCapture={act}>
        <OfflineNotice />
        {isReady ? (
          <CurrentStep
            onboarding={onboarding}
            defaultValues={props.defaultValues}
            onError={props.onError}
            onClose={props.onClose}
          />
        ) : (
          <LoadingStep />
        )}
      </div>
    </SettingsProvider>
  )
}

interface CurrentStepProps {
  onboarding: Onboarding
  defaultValues: DefaultValues | undefined
  onError: ((error: unknown) => void) | undefined
  onClose: (() => void) | undefined
}

function CurrentStep({ onboarding, defaultValues, onError, onClose }: CurrentStepProps) {
  const { state, launch, refresh, submitProfile } = onboarding
  const failure = failureOf(onboarding)
  const [isCorrecting, setCorrecting] = useState(false)
  if (state.name === 'loading') return <LoadingStep />
  if (isInCrossSiteFrame()) return <FramedStep />
  if (state.name === 'unreachable')
    return <TroubleStep userMessage={messageOf(state.error)} retry={refresh} />
  const { answer, trip, lastOutcome } = state
  const { step } = answer
  // A finished onboarding wins over a window that has not noticed yet.
  if (trip.state === 'popup' && step.name !== 'complete' && step.name !== 'stopped') {
    const { popup, sight } = trip
    const bringToFront = () => (popup.closed ? launch('popup') : popup.focus())
    return <PopupStep isLost={sight === 'lost'} bringToFront={bringToFront} launch={launch} />
  }
  const launching = {
    lastOutcome,
    problem: failure ? messageOf(failure) : null,
    isOpening: trip.state === 'opening' || trip.state === 'leaving',
    launch,
    correct: answer.mayCorrect ? () => setCorrecting(true) : null,
  }
  // Whatever the polls bring meanwhile, the form stays as long as a correction is possible.
  if (isCorrecting && answer.mayCorrect && answer.policy) {
    return (
      <ProfileForm
        key="correction"
        policy={answer.policy}
        creationUnknown={false}
        defaultValues={defaultValues}
        submit={async (profile) => {
          await submitProfile(profile, { replace: true })
          setCorrecting(false)
        }}
        onError={(error) => onError?.(error)}
        leave={() => setCorrecting(false)}
      />
    )
  }
  switch (step.name) {
    case 'collect-profile':
      return answer.policy ? (
        <ProfileForm
          policy={answer.policy}
          creationUnknown={answer.creationUnknown}
          defaultValues={defaultValues}
          submit={submitProfile}
          onError={(error) => onError?.(error)}
        />
      ) : (
        <LoadingStep />
      )
    case 'wait':
      return <VerifyingStep mayAuthorize={step.mayAuthorize} {...launching} />
    case 'hosted-flow':
      return <InvitationStep reason={step.reason} {...launching} />
    case 'stopped':
      return <StoppedStep reason={step.reason} />
    case 'complete':
      return <CompleteStep onClose={onClose} />
  }
}

/** What is wrong at the moment, if anything. */
function failureOf({ state }: Onboarding): unknown {
  if (state.name === 'unreachable') return state.error
  if (state.name !== 'ready') return null
  return state.trip.state === 'failed' ? state.trip.error : state.problem
}

function codeOf(error: unknown): string {
  return error instanceof ProxyError ? error.code : 'unknown'
}

function messageOf(error: unknown): UserMessage {
  return error instanceof ProxyError ? error.userMessage : 'try-again-later'
}

/** Tells the host of a failure, shown or not. Polling fails again and again with the same error: it hears of it once. */
function useFailureReport(onboarding: Onboarding, onError: ((error: unknown) => void) | undefined) {
  const onErrorRef = useLatest(onError)
  const failure = failureOf(onboarding)
  const failureRef = useLatest(failure)
  const failureCode = failure ? codeOf(failure) : null
  useEffect(() => {
    if (failureCode) onErrorRef.current?.(failureRef.current)
  }, [failureCode, failureRef, onErrorRef])
}

/** Tells the host once, and only of a completion that this mount took part in. */
function useCompletion(
  onboarding: Onboarding,
  step: OnboardingStep | null,
  onComplete: (() => void) | undefined,
) {
  const onCompleteRef = useLatest(onComplete)
  const seen = useRef<'nothing' | 'unfinished' | 'told'>('nothing')
  const { resumed } = onboarding
  useEffect(() => {
    if (!step || seen.current === 'told') return
    if (step.name !== 'complete') {
      seen.current = 'unfinished'
      return
    }
    const tookPart = resumed || seen.current === 'unfinished'
    seen.current = 'told'
    if (tookPart) onCompleteRef.current?.()
  }, [step, resumed, onCompleteRef])
}

/** Whether to show; once shown, it stays for this mount, so that the end of the story is seen too. */
function useLaunch(
  onboarding: Onboarding,
  step: OnboardingStep | null,
  launch: NonNullable<AstraOnboardingProps['launch']>,
): boolean {
  const [wasDue, setWasDue] = useState(false)
  const redirected = useRef(false)
  const isDue = step?.name === 'hosted-flow' && step.reason !== 'first-time'
  if ((isDue || onboarding.resumed) && !wasDue) setWasDue(true)
  const openFlow = onboarding.launch
  const { resumed } = onboarding
  useEffect(() => {
    // Once per page, and not right after a return: whoever just declined is not sent back.
    if (launch !== 'auto-redirect' || !isDue || resumed || redirected.current) return
    redirected.current = true
    openFlow('redirect')
  }, [launch, isDue, resumed, openFlow])
  return launch === 'always' || wasDue
}
