'use client'
import type { FlowOutcome } from '../../core/contract.ts'
import type { UserMessage } from '../../core/errors.ts'
import type { HostedFlowReason } from '../../core/next-step.ts'
import type { PresentationChoice } from '../launch/presentation.ts'
import type { Messages } from '../messages/en.ts'
import { Notice, Screen, SupportLine } from '../Screen.tsx'
import { useSettings } from '../settings.ts'

type Launch = (choice?: PresentationChoice) => void

/** What the screens before and between trips to the hosted module have in common. */
interface LaunchProps {
  /** How the last trip ended, if it brought the person back here. */
  lastOutcome: FlowOutcome | null
  /** What went wrong with a call to the proxy. */
  problem: UserMessage | null
  isOpening: boolean
  launch: Launch
  /** Leads to the form again; null when it is too late for that. */
  correct: (() => void) | null
}

/** Says what will open and why, before the click. */
export function InvitationStep({ reason, ...props }: LaunchProps & { reason: HostedFlowReason }) {
  const { messages } = useSettings()
  const { title, text } = messages.invitations[reason]
  return (
    <Screen title={title}>
      <TripNotice {...props} />
      <p>{text}</p>
      <LaunchButton {...props} label={messages.openAstra} />
      <CorrectionLink {...props} />
    </Screen>
  )
}

/** The identity check is under way; after a while the person may go on. */
export function VerifyingStep({ mayAuthorize, ...props }: LaunchProps & { mayAuthorize: boolean }) {
  const { verifying } = useSettings().messages
  return (
    <Screen title={verifying.title}>
      <TripNotice {...props} />
      <p role="status">{mayAuthorize ? verifying.mayAuthorize : verifying.text}</p>
      {mayAuthorize && <LaunchButton {...props} label={verifying.goOn} />}
      <CorrectionLink {...props} />
    </Screen>
  )
}

interface PopupStepProps {
  /** The other window has not been seen for a while; it may be closed, or only hide from us. */
  isLost: boolean
  bringToFront: () => void
  launch: Launch
}

/** The hosted module is open in another window. */
export function PopupStep({ isLost, bringToFront, launch }: PopupStepProps) {
  const { popup } = useSettings().messages
  if (isLost) {
    return (
      <Screen title={popup.lost.title}>
        <p role="status">{popup.lost.text}</p>
        <button type="button" className="astra-button" onClick={() => launch('popup')}>
          {popup.startAgain}
        </button>
        <p className="astra-choices">
          <button type="button" className="astra-link" onClick={() => launch('redirect')}>
            {popup.continueHere}
          </button>
        </p>
      </Screen>
    )
  }
  return (
    <Screen title={popup.title}>
      <p role="status">{popup.text}</p>
      <button type="button" className="astra-button" onClick={bringToFront}>
        {popup.bringToFront}
      </button>
      <p className="astra-choices">
        <button type="button" className="astra-link" onClick={() => launch('redirect')}>
          {popup.continueHere}
        </button>
        <button type="button" className="astra-link" onClick={() => launch('popup')}>
          {popup.startAgain}
        </button>
      </p>
    </Screen>
  )
}

function LaunchButton({ isOpening, launch, label }: LaunchProps & { label: string }) {
  const { messages } = useSettings()
  return (
    <button
      type="button"
      className="astra-button"
      aria-disabled={isOpening}
      onClick={() => isOpening || launch()}
    >
      {isOpening ? messages.opening : label}
    </button>
  )
}

function CorrectionLink({ correct, isOpening }: LaunchProps) {
  const { messages } = useSettings()
  if (!correct || isOpening) return null
  return (
    <p className="astra-choices">
      <button type="button" className="astra-link" onClick={correct}>
        {messages.correct}
      </button>
    </p>
  )
}

function TripNotice({ lastOutcome, problem }: LaunchProps) {
  const { messages } = useSettings()
  const failure = problem ?? (lastOutcome?.state === 'failed' ? lastOutcome.userMessage : null)
  if (failure) {
    return (
      <Notice>
        <p>{messages.trouble[failure]}</p>
        {failure === 'contact-support' && <SupportLine />}
      </Notice>
    )
  }
  const text = lastOutcome && outcomeText(messages, lastOutcome)
  return text ? <Notice>{text}</Notice> : null
}

function outcomeText({ outcomes }: Messages, { state }: FlowOutcome): string | null {
  return state === 'returned' || state === 'declined' || state === 'expired' ? outcomes[state] : null
}
