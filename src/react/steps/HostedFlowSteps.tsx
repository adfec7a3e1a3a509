'use client'
import { useState } from 'react'
import type { HostedFlowReason } from '../../core/next-step.ts'
import { choosePresentation, isInsideApp } from '../launch/presentation.ts'
import { CorrectionLink } from '../CorrectionLink.tsx'
import { Actions, LinkButton, MainButton, Notice, Screen, Text } from '../Screen.tsx'
import type { MarkName } from '../Screen.tsx'
import type { OnboardingNotice } from '../screens.ts'
import { useSettings } from '../settings.ts'
import type { StepProps } from '../step-props.ts'

const MARKS = {
  'first-time': 'phone',
  again: 'phone',
  correction: 'attention',
  document: 'document',
  'document-sent': 'waiting',
  card: 'card',
} as const satisfies Record<HostedFlowReason, MarkName>

/** Says what will open and why, before the click. */
export function InvitationStep({ screen, handle, presentation }: StepProps<'invitation'>) {
  const { messages } = useSettings()
  const { title, text } = messages.invitations[screen.reason]
  // A window that grows meanwhile changes nothing that was read already.
  const [opensAs] = useState(() => choosePresentation(presentation))
  return (
    <Screen title={title} mark={MARKS[screen.reason]}>
      <TripNotice notice={handle.notice} />
      <Text>{text}</Text>
      {screen.reason === 'document-sent' ? (
        <Actions>
          <LinkButton isBusy={screen.isOpening} onClick={() => handle.open()}>
            {screen.isOpening ? messages.opening : messages.sendPhotoAgain}
          </LinkButton>
        </Actions>
      ) : (
        <>
          <Text>
            {messages.opens[opensAs]} {isInsideApp() && messages.opensInApp}
          </Text>
          <Actions>
            <MainButton isBusy={screen.isOpening} onClick={() => handle.open()}>
              {screen.isOpening ? messages.opening : messages.openAstra}
            </MainButton>
            {!screen.isOpening && <CorrectionLink {...handle} />}
          </Actions>
        </>
      )}
    </Screen>
  )
}

/** The identity check is under way; after a while the person may go on, or go away. */
export function VerifyingStep({ screen, handle }: StepProps<'verifying'>) {
  const { verifying, opening, openAstra } = useSettings().messages
  return (
    <Screen title={verifying.title} mark="waiting">
      <TripNotice notice={handle.notice} />
      <Text isStatus>{verifying.paces[screen.pace]}</Text>
      {screen.mayAuthorize && <Text>{verifying.mayAuthorize}</Text>}
      <Actions>
        {screen.mayAuthorize && (
          <MainButton isBusy={screen.isOpening} onClick={() => handle.open()}>
            {screen.isOpening ? opening : openAstra}
          </MainButton>
        )}
        {!screen.isOpening && <CorrectionLink {...handle} />}
      </Actions>
    </Screen>
  )
}

/** The hosted module is open in another window. */
export function PopupStep({ handle }: StepProps<'popup'>) {
  const { popup } = useSettings().messages
  return (
    <Screen title={popup.title} mark="window">
      <Text isStatus>{popup.text}</Text>
      <Actions>
        <MainButton onClick={handle.bringToFront}>{popup.bringToFront}</MainButton>
        <LinkButton onClick={() => handle.open('redirect')}>{popup.continueHere}</LinkButton>
        <LinkButton onClick={() => handle.open('popup')}>{popup.startAgain}</LinkButton>
      </Actions>
    </Screen>
  )
}

/** That window seems to be gone. It may only seem so: what is finished there still counts. */
export function PopupClosedStep({ handle }: StepProps<'popup-closed'>) {
  const { popup, popupClosed } = useSettings().messages
  return (
    <Screen title={popupClosed.title} mark="window">
      <Text isStatus>{popupClosed.text}</Text>
      <Actions>
        <MainButton onClick={() => handle.open('popup')}>{popup.startAgain}</MainButton>
        <LinkButton onClick={() => handle.open('redirect')}>{popup.continueHere}</LinkButton>
      </Actions>
    </Screen>
  )
}

function TripNotice({ notice }: { notice: OnboardingNotice | null }) {
  const { messages } = useSettings()
  return (
    notice && (
      <Notice>
        {notice.name === 'failed' ? messages.trouble[notice.userMessage] : messages.notices[notice.name]}
      </Notice>
    )
  )
}
