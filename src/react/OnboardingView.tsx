'use client'
import { useMemo, useState } from 'react'
import type { FunctionComponent } from 'react'
import { createAttention } from './attention.ts'
import { className } from './class-names.ts'
import type { ClassNames } from './class-names.ts'
import type { DefaultValues } from './form-values.ts'
import type { PresentationChoice } from './launch/presentation.ts'
import type { Locale } from './messages/loading.ts'
import type { MessageOverrides } from './messages/overrides.ts'
import type { FormLayout } from './profile-pages.ts'
import type { OnboardingScreen } from './screens.ts'
import { SettingsProvider, useClassName, useSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { InvitationStep, PopupClosedStep, PopupStep, VerifyingStep } from './steps/HostedFlowSteps.tsx'
import { CompleteStep, DeadEndStep, FramedStep, LoadingStep, TroubleStep } from './steps/OutcomeSteps.tsx'
import { ProfileForm } from './steps/ProfileForm.tsx'
import type { StepProps } from './step-props.ts'
import type { AstraOnboardingHandle } from './use-astra-onboarding.ts'
import { useLanguage } from './use-language.ts'
import { useOffline } from './window-facts.ts'

/** How the onboarding looks and speaks. */
export interface LookProps {
  /** How Astra's hosted module is shown. Default `auto`: a popup on desktops, a redirect elsewhere. */
  presentation?: PresentationChoice | undefined
  /**
   * Prefills the form; everything stays editable. Dates as `YYYY-MM-DD`. Read once, when the form begins: render the
   * component when they are there.
   */
  defaultValues?: DefaultValues | undefined
  /** The identity form as short pages, or as one. Both end with a review. Default `steps`. */
  layout?: FormLayout | undefined
  /** Hears `true` when somebody begins to type into the form, `false` when the form goes: closing then loses something. */
  onDirtyChange?: ((isDirty: boolean) => void) | undefined
  /**
   * Whether the browser's Back and Forward turn the form's pages. The address never changes, and the host's
   * `history.state` is kept; `false` for a router that cannot bear entries of others. Default `true`.
   */
  historySteps?: boolean | undefined
  /**
   * The language. Default: that of the document, `<html lang="es">`, else English. Spanish is downloaded only where it
   * is shown; where the download fails, the widget speaks English.
   */
  locale?: Locale | undefined
  /**
   * Sentences of your own in place of the language's. Keep the object outside the component, or memoized.
   *
   * @example
   * const SENTENCES = { complete: { onboarding: { text: 'You can use Fernhill Instant now.' } } }
   * <AstraOnboarding messages={SENTENCES} />
   */
  messages?: MessageOverrides | undefined
  /** Classes of your own in place of the widget's look, for single parts. */
  classNames?: ClassNames | undefined
  /** Where a person gets help: linked at the end of every screen. */
  supportUrl?: string | undefined
  /** Linked beside the button that sends the profile. */
  privacyUrl?: string | undefined
  /** Linked beside the button that sends the profile. */
  termsUrl?: string | undefined
}

interface OnboardingViewProps extends LookProps {
  handle: AstraOnboardingHandle
  /** Leaves the widget; null where the host has not said what that means. */
  exit: (() => void) | null
  onError: ((error: unknown) => void) | undefined
}

/** The markup of the onboarding: one screen at a time. */
export function OnboardingView({ handle, exit, onError, ...look }: OnboardingViewProps) {
  const { presentation = 'auto', classNames = NO_CLASSES, supportUrl, privacyUrl, termsUrl } = look
  const { reference, emit } = handle
  const { lang, messages, isReady } = useLanguage(look.locale, look.messages)
  const [attention] = useState(() => createAttention(handle.screen.name === 'loading' ? '' : ' '))
  const settings = useMemo<Settings>(
    () => ({
      messages,
      links: { support: supportUrl, privacy: privacyUrl, terms: termsUrl },
      reference,
      classNames,
      emit,
      attention,
    }),
    [messages, supportUrl, privacyUrl, termsUrl, reference, classNames, emit, attention],
  )
  const screen: OnboardingScreen = isReady ? handle.screen : { name: 'loading' }
  return (
    <SettingsProvider value={settings}>
      <div
        className={className(classNames, 'root')}
        lang={lang}
        onClickCapture={attention.act}
        onKeyDownCapture={attention.act}
      >
        <p className="astra-hidden" aria-live="polite" ref={attention.speaker} />
        {screen.name !== 'offline' && <OfflineNotice />}
        {screen.name === 'profile' ? (
          <ProfileForm
            // Another person, or another occasion: nothing typed may be left over.
            key={`${screen.occasion === 'correction'}/${reference}`}
            policy={screen.policy}
            creationUnknown={screen.occasion === 'unknown-attempt'}
            defaultValues={look.defaultValues}
            layout={look.layout}
            historySteps={look.historySteps}
            onDirtyChange={look.onDirtyChange}
            submit={handle.submitProfile}
            onError={onError}
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

/** Says that the connection is gone, for as long as it is. The region is always there, so that it is read out. */
function OfflineNotice() {
  const { messages } = useSettings()
  const className = useClassName()
  const isOffline = useOffline()
  return (
    <div aria-live="polite">
      {isOffline && <p className={className('notice', 'astra-offline')}>{messages.offlineNotice}</p>}
    </div>
  )
}

type PlainScreen = Exclude<OnboardingScreen, { name: 'profile' }>

const STEPS: { [Name in PlainScreen['name']]: FunctionComponent<StepProps<Name>> } = {
  loading: LoadingStep,
  framed: FramedStep,
  offline: TroubleStep,
  unreachable: TroubleStep,
  'signed-out': TroubleStep,
  'limit-reached': DeadEndStep,
  verifying: VerifyingStep,
  invitation: InvitationStep,
  popup: PopupStep,
  'popup-closed': PopupClosedStep,
  stopped: DeadEndStep,
  complete: CompleteStep,
}

type AnyStepProps = Omit<StepProps<'loading'>, 'screen'> & { screen: PlainScreen }

function Step({ screen, ...props }: AnyStepProps) {
  // The table pairs each name with a component for just that screen; the compiler cannot follow it through a variable.
  const Component = STEPS[screen.name] as FunctionComponent<AnyStepProps>
  return <Component screen={screen} {...props} />
}
