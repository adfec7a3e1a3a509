'use client'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { FunctionComponent } from 'react'
import type { OnboardingStep } from '../core/next-step.ts'
import { className } from './class-names.ts'
import type { ClassNames } from './class-names.ts'
import { exitReasonAt } from './events.ts'
import type { ExitReason } from './events.ts'
import type { DefaultValues } from './form-values.ts'
import type { Locale } from './messages/button.ts'
import type { MessageOverrides } from './messages/overrides.ts'
import { useMisuseWarnings } from './misuse.ts'
import { screenName } from './screens.ts'
import type { OnboardingScreen } from './screens.ts'
import { SettingsProvider } from './settings.ts'
import type { Settings } from './settings.ts'
import { InvitationStep, PopupClosedStep, PopupStep, VerifyingStep } from './steps/HostedFlowSteps.tsx'
import {
  CompleteStep,
  FramedStep,
  LimitReachedStep,
  LoadingStep,
  OfflineStep,
  SignedOutStep,
  StoppedStep,
  UnreachableStep,
} from './steps/OutcomeSteps.tsx'
import { ProfileForm } from './steps/ProfileForm.tsx'
import type { StepProps } from './steps/step-props.ts'
import { useAstraOnboarding } from './use-astra-onboarding.ts'
import type { AstraOnboardingHandle, AstraOnboardingOptions } from './use-astra-onboarding.ts'
import { useLanguage } from './use-language.ts'
import { useLatest } from './use-latest.ts'

/** Props of {@link AstraOnboarding}; all optional. */
export interface AstraOnboardingProps extends Omit<AstraOnboardingOptions, 'watch'> {
  /**
   * When to show. `always`: as soon as it is mounted. `auto`: only when the authorization has expired or was not
   * finished, or a correction or photo ID is due, at once or while the page is open. `auto-redirect`: the same, and
   * goes to Astra without a click. Default `always`.
   */
  launch?: 'always' | 'auto' | 'auto-redirect'
  /** Shows or hides it, whatever `launch` says. */
  open?: boolean | undefined
  /** It wants to be shown, as after a return from Astra, or hidden, because the person is done with it. */
  onOpenChange?: ((open: boolean) => void) | undefined
  /** Prefills the form; everything stays editable. Dates as `YYYY-MM-DD`. */
  defaultValues?: DefaultValues | undefined
  /** The person leaves. Gives the last screens a button for it. */
  onExit?: ((exit: { reason: ExitReason }) => void) | undefined
  /**
   * The language. Default: that of the document, `<html lang="es">`, else English. Spanish is downloaded only where it
   * is shown; where the download fails, the widget speaks English.
   */
  locale?: Locale | undefined
  /**
   * Sentences of your own in place of the language's. Keep the object outside the component, or memoized.
   *
   * @example
   * <AstraOnboarding messages={{ complete: { text: 'You can use Fernhill Instant now.' } }} />
   */
  messages?: MessageOverrides | undefined
  /** Classes of your own for parts of the widget. */
  classNames?: ClassNames | undefined
  /** Where a person gets help; shown where something went wrong. */
  supportUrl?: string | undefined
  /** Linked beside the button that sends the profile. */
  privacyUrl?: string | undefined
  /** Linked beside the button that sends the profile. */
  termsUrl?: string | undefined
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
  const { launch = 'always', presentation = 'auto' } = props
  const handle = useAstraOnboarding({ ...props, watch: launch !== 'always' })
  const { reference, emit } = handle
  const isShown = useShown(handle, props)
  const exit = useExit(handle, props)
  useMisuseWarnings(props)
  const hasActed = useRef(false)
  const act = () => {
    hasActed.current = true
  }
  const { lang, messages, isReady } = useLanguage(props.locale, props.messages)
  const { classNames = NO_CLASSES, supportUrl, privacyUrl, termsUrl } = props
  const settings = useMemo<Settings>(
    () => ({
      messages,
      links: { support: supportUrl, privacy: privacyUrl, terms: termsUrl },
      reference,
      classNames,
      emit,
      hasActed,
    }),
    [messages, supportUrl, privacyUrl, termsUrl, reference, classNames, emit],
  )
  if (!isShown) return null
  const screen: OnboardingScreen = isReady ? handle.screen : { name: 'loading' }
  return (
    <SettingsProvider value={settings}>
      <div className={className(classNames, 'root')} lang={lang} onClickCapture={act} onKeyDownCapture={act}>
        {screen.name === 'profile' ? (
          <ProfileForm
            // Another person, or another occasion: nothing typed may be left over.
            key={`${screen.occasion === 'correction'}/${reference}`}
            policy={screen.policy}
            creationUnknown={screen.occasion === 'unknown-attempt'}
            defaultValues={props.defaultValues}
            submit={handle.submitProfile}
            onError={(error) => props.onError?.(error)}
            {...(screen.occasion === 'correction' && { leave: handle.cancelCorrection })}
          />
        ) : (
          <Step screen={screen} handle={handle} presentation={presentation} exit={exit} />
        )}
      </div>
    </SettingsProvider>
  )
}

const NO_CLASSES: ClassNames = {}

type PlainScreen = Exclude<OnboardingScreen, { name: 'profile' }>

const STEPS: { [Name in PlainScreen['name']]: FunctionComponent<StepProps<Name>> } = {
  loading: LoadingStep,
  framed: FramedStep,
  offline: OfflineStep,
  unreachable: UnreachableStep,
  'signed-out': SignedOutStep,
  'limit-reached': LimitReachedStep,
  verifying: VerifyingStep,
  invitation: InvitationStep,
  popup: PopupStep,
  'popup-closed': PopupClosedStep,
  stopped: StoppedStep,
  complete: CompleteStep,
}

function Step({ screen, ...props }: Omit<StepProps<'loading'>, 'screen'> & { screen: PlainScreen }) {
  // The table pairs each name with a component for just that screen; the compiler cannot follow it through a variable.
  const Component = STEPS[screen.name] as FunctionComponent<
    Omit<StepProps<'loading'>, 'screen'> & { screen: PlainScreen }
  >
  return <Component key={screenName(screen)} screen={screen} {...props} />
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

/** The person has been here before, and Astra wants something of them again. */
function isDueAgain(step: OnboardingStep | null): boolean {
  return step?.name === 'hosted-flow' && step.reason !== 'first-time' && step.reason !== 'card'
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
