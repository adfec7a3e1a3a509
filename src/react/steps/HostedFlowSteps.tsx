'use client'
import type { FlowOutcome } from '../../core/contract.ts'
import type { UserMessage } from '../../core/errors.ts'
import type { HostedFlowReason } from '../../core/next-step.ts'
import type { PresentationChoice } from '../launch/presentation.ts'
import { useSettings } from '../settings.ts'
import { Screen } from '../Screen.tsx'

type Launch = (choice?: PresentationChoice) => void

interface InvitationStepProps {
  reason: HostedFlowReason
  /** How the last trip ended, if it brought the person back here. */
  lastOutcome: FlowOutcome | null
  problem: UserMessage | null
  isOpening: boolean
  launch: Launch
}

/** Says what will open and why, before the click. */
export function InvitationStep({ reason, lastOutcome, problem, isOpening, launch }: InvitationStepProps) {
  const { messages } = useSettings()
  const { title, text } = messages.invitations[reason]
  const notice = problem ? messages.trouble[problem] : lastOutcome ? messages.outcomes[lastOutcome.state] : ''
  return (
    <Screen title={title}>
      {notice && (
        <p className="astra-notice" role="alert">
          {notice}
        </p>
      )}
      <p>{text}</p>
      <button
        type="button"
        className="astra-button"
        aria-disabled={isOpening}
        onClick={() => isOpening || launch()}
      >
        {isOpening ? messages.opening : messages.openAstra}
      </button>
    </Screen>
  )
}

interface PopupStepProps {
  bringToFront: () => void
  launch: Launch
}

/** The hosted module is open in another window. */
export function PopupStep({ bringToFront, launch }: PopupStepProps) {
  const { popup } = useSettings().messages
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

/** The identity check is under way; after a while the person may go on. */
export function VerifyingStep({ mayAuthorize, launch }: { mayAuthorize: boolean; launch: Launch }) {
  const { verifying } = useSettings().messages
  return (
    <Screen title={verifying.title}>
      <p role="status">{mayAuthorize ? verifying.mayAuthorize : verifying.text}</p>
      {mayAuthorize && (
        <button type="button" className="astra-button" onClick={() => launch()}>
          {verifying.goOn}
        </button>
      )}
    </Screen>
  )
}
