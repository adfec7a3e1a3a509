'use client'
import { CorrectionLink } from '../CorrectionLink.tsx'
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

/** Nothing more can be done here: the customer is stopped, or Astra takes no more profiles. */
export function DeadEndStep({ screen, handle, exit }: StepProps<'stopped'> | StepProps<'limit-reached'>) {
  const { messages } = useSettings()
  const { title, text } = screen.name === 'stopped' ? messages.stopped[screen.reason] : messages.limitReached
  return (
    <Screen title={title} mark="attention">
      <Text isStatus>{text}</Text>
      <CorrectionLink {...handle} />
      <ExitButton exit={exit} label={messages.close} />
    </Screen>
  )
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

type Trouble = StepProps<'offline'> | StepProps<'unreachable'> | StepProps<'signed-out'>

/** There is no answer to show: for want of a network, of a proxy, or of a session, which only the host can mend. */
export function TroubleStep({ screen, handle }: Trouble) {
  const { messages } = useSettings()
  const { offline, unreachable, signedOut, trouble } = messages
  const { title, text } =
    screen.name === 'offline'
      ? offline
      : screen.name === 'unreachable'
        ? { title: unreachable, text: trouble[screen.userMessage] }
        : { title: signedOut, text: trouble['sign-in-again'] }
  return (
    <Screen title={title} mark="attention">
      <div role="alert">
        <Text>{text}</Text>
      </div>
      <Actions>
        <MainButton onClick={handle.refresh}>{messages.tryAgain}</MainButton>
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
