'use client'
import { plainAddress } from '../launch/arrival.ts'
import { Actions, MainButton, Screen, Text } from '../Screen.tsx'
import { useClassName, useSettings } from '../settings.ts'
import type { StepProps } from '../step-props.ts'

/** Everything is done. */
export function CompleteStep({ screen, exit }: StepProps<'complete'>) {
  const { messages } = useSettings()
  const { title, text } = messages.complete[screen.what]
  return (
    <Screen title={title} mark="done">
      <Text isStatus>{text}</Text>
      <ExitButton exit={exit} label={messages.done} />
    </Screen>
  )
}

/** Nothing more can be done here. */
export function StoppedStep({ screen, exit }: StepProps<'stopped'>) {
  const { messages } = useSettings()
  return <DeadEnd passage={messages.stopped[screen.reason]} exit={exit} />
}

/** Astra takes three profiles for an e-mail address, and no more. */
export function LimitReachedStep({ exit }: StepProps<'limit-reached'>) {
  return <DeadEnd passage={useSettings().messages.limitReached} exit={exit} />
}

/** The page is in a place where the onboarding cannot work. */
export function FramedStep() {
  const { framed } = useSettings().messages
  const className = useClassName()
  return (
    <Screen title={framed.title} mark="window">
      <Text>{framed.text}</Text>
      <Actions>
        <a className={className('button')} href={plainAddress()} target="_blank" rel="noopener">
          {framed.open}
        </a>
      </Actions>
    </Screen>
  )
}

interface DeadEndProps {
  passage: { title: string; text: string }
  exit: (() => void) | null
}

function DeadEnd({ passage, exit }: DeadEndProps) {
  const { messages } = useSettings()
  return (
    <Screen title={passage.title} mark="attention">
      <Text isStatus>{passage.text}</Text>
      <ExitButton exit={exit} label={messages.close} />
    </Screen>
  )
}

/** The proxy or Astra cannot be reached, and there is no earlier answer to show. */
export function UnreachableStep({ screen, handle }: StepProps<'unreachable'>) {
  const { messages } = useSettings()
  return (
    <Trouble
      title={messages.unreachable}
      text={messages.trouble[screen.userMessage]}
      retry={handle.refresh}
    />
  )
}

/** The browser says that there is no network. */
export function OfflineStep({ handle }: StepProps<'offline'>) {
  const { title, text } = useSettings().messages.offline
  return <Trouble title={title} text={text} retry={handle.refresh} />
}

/** Only the host can mend it. */
export function SignedOutStep({ handle }: StepProps<'signed-out'>) {
  const { messages } = useSettings()
  return (
    <Trouble title={messages.signedOut} text={messages.trouble['sign-in-again']} retry={handle.refresh} />
  )
}

function Trouble({ title, text, retry }: { title: string; text: string; retry: () => void }) {
  const { messages } = useSettings()
  return (
    <Screen title={title} mark="attention">
      <div role="alert">
        <Text>{text}</Text>
      </div>
      <Actions>
        <MainButton onClick={retry}>{messages.tryAgain}</MainButton>
      </Actions>
    </Screen>
  )
}

/** Before the first answer. */
export function LoadingStep() {
  const { messages } = useSettings()
  const className = useClassName()
  return (
    <section className={className('screen')}>
      <Text isStatus>{messages.loading}</Text>
    </section>
  )
}

function ExitButton({ exit, label }: { exit: (() => void) | null; label: string }) {
  return (
    exit && (
      <Actions>
        <MainButton onClick={exit}>{label}</MainButton>
      </Actions>
    )
  )
}
