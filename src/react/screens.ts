import type { FlowOutcome, FormPolicy } from '../core/contract.ts'
import type { UserMessage } from '../core/errors.ts'
import type { HostedFlowReason, OnboardingStep } from '../core/next-step.ts'
import { ProxyError } from './proxy-client.ts'
import type { OnboardingState } from './use-onboarding.ts'

/** Why nothing more can be done here. */
export type StoppedReason = Extract<OnboardingStep, { name: 'stopped' }>['reason']

/** What a person sees. The data of a screen lives in its branch. */
export type OnboardingScreen =
  | { name: 'loading' }
  /** The page lies in a frame of another site, where cookies and windows do not work. */
  | { name: 'framed' }
  | { name: 'offline' }
  | { name: 'unreachable'; userMessage: UserMessage }
  /** The session with the partner is over. */
  | { name: 'signed-out' }
  | { name: 'profile'; occasion: ProfileOccasion; policy: FormPolicy }
  /** Astra takes no more tries for this e-mail address or person. */
  | { name: 'limit-reached' }
  | { name: 'verifying'; pace: VerifyingPace; mayAuthorize: boolean; isOpening: boolean }
  | { name: 'invitation'; reason: HostedFlowReason; isOpening: boolean }
  /** Astra is open in another window. */
  | { name: 'popup' }
  /** That window was closed, and nothing came of it. */
  | { name: 'popup-closed' }
  | { name: 'stopped'; reason: StoppedReason }
  | { name: 'complete'; what: Completion }

/** Why the form is asked: at first, because no answer came to the last try, or to correct what was sent. */
export type ProfileOccasion = 'first' | 'unknown-attempt' | 'correction'

/** What is being checked, and how long that takes: seconds as usual, longer than that, or days as for a business. */
export type VerifyingPace = 'seconds' | 'longer' | 'days' | 'card'

/** What has become possible: to move money, or to use one card more. */
export type Completion = 'onboarding' | 'card'

/** A screen with its variant, as in events and pictures: `invitation/again`. */
export type ScreenName =
  | Exclude<OnboardingScreen['name'], 'profile' | 'verifying' | 'invitation' | 'stopped' | 'complete'>
  | `profile/${ProfileOccasion}`
  | `verifying/${VerifyingPace}`
  | `invitation/${HostedFlowReason}`
  | `stopped/${StoppedReason}`
  | `complete/${Completion}`

export function screenName(screen: OnboardingScreen): ScreenName {
  switch (screen.name) {
    case 'profile':
      return `profile/${screen.occasion}`
    case 'verifying':
      return `verifying/${screen.pace}`
    case 'invitation':
      return `invitation/${screen.reason}`
    case 'stopped':
      return `stopped/${screen.reason}`
    case 'complete':
      return `complete/${screen.what}`
    default:
      return screen.name
  }
}

/** What this window knows beside the proxy's answer. */
export interface WindowFacts {
  isFramed: boolean
  isOffline: boolean
  /** The check has taken longer than usual under the eyes of this person. */
  isCheckLong: boolean
  isCorrecting: boolean
  isLimitReached: boolean
}

export function screenOf(state: OnboardingState, facts: WindowFacts): OnboardingScreen {
  if (facts.isFramed) return { name: 'framed' }
  switch (state.name) {
    case 'loading':
      return facts.isOffline ? { name: 'offline' } : { name: 'loading' }
    case 'unreachable':
      return unreachable(state.error, facts)
    case 'ready':
      return screenOfAnswer(state, facts)
  }
}

function unreachable(error: unknown, { isOffline }: WindowFacts): OnboardingScreen {
  const userMessage = messageOf(error)
  if (userMessage === 'sign-in-again') return { name: 'signed-out' }
  return isOffline ? { name: 'offline' } : { name: 'unreachable', userMessage }
}

function screenOfAnswer(
  { answer, trip }: Extract<OnboardingState, { name: 'ready' }>,
  facts: WindowFacts,
): OnboardingScreen {
  const { step } = answer
  // An end wins over a window that has not noticed yet.
  const card = answer.flow?.card
  if (step.name === 'complete') return { name: 'complete', what: card === 'linked' ? 'card' : 'onboarding' }
  // Whatever the polls bring meanwhile, the form stays as long as a correction is possible.
  if (facts.isCorrecting && answer.mayCorrect && answer.policy) {
    return { name: 'profile', occasion: 'correction', policy: answer.policy }
  }
  if (step.name === 'stopped')
    return facts.isLimitReached && step.reason === 'could-not-finish'
      ? { name: 'limit-reached' }
      : { name: 'stopped', reason: step.reason }
  if (trip.state === 'popup') return { name: trip.sight === 'lost' ? 'popup-closed' : 'popup' }
  const isOpening = trip.state === 'opening' || trip.state === 'leaving'
  switch (step.name) {
    case 'collect-profile': {
      // A correction that is refused for it changes nothing: the form says so, and the earlier profile goes on.
      if (facts.isLimitReached) return { name: 'limit-reached' }
      const occasion = answer.creationUnknown ? 'unknown-attempt' : 'first'
      return answer.policy ? { name: 'profile', occasion, policy: answer.policy } : { name: 'loading' }
    }
    case 'wait':
      return {
        name: 'verifying',
        pace: card === 'pending' && !facts.isCheckLong ? 'card' : paceOf(step, facts),
        mayAuthorize: step.mayAuthorize,
        isOpening,
      }
    case 'hosted-flow':
      return { name: 'invitation', reason: step.reason, isOpening }
  }
}

function paceOf(step: Extract<OnboardingStep, { name: 'wait' }>, facts: WindowFacts): VerifyingPace {
  if (step.lasts) return step.lasts
  return step.mayAuthorize || facts.isCheckLong ? 'longer' : 'seconds'
}

/** What has to be said above a screen: how the last trip ended, or that something does not work just now. */
export type OnboardingNotice =
  | { name: 'returned' | 'declined' | 'expired' | 'card-declined' | 'limit-reached' }
  | { name: 'failed'; userMessage: UserMessage }

export function noticeOf(
  state: OnboardingState,
  { isOffline, isLimitReached }: WindowFacts,
): OnboardingNotice | null {
  if (state.name !== 'ready') return null
  const failure = failureOf(state)
  // That there is no connection is said anyway.
  if (failure) return isOffline ? null : { name: 'failed', userMessage: messageOf(failure) }
  const { answer, lastFlow } = state
  if (answer.flow?.card === 'declined') return { name: 'card-declined' }
  // Whoever waits for Astra has done their part.
  const isTheirTurn = answer.step.name !== 'wait' && !isDocumentSent(answer.step)
  return lastFlow && (isTheirTurn || lastFlow.outcome.state !== 'returned')
    ? noticeOfOutcome(lastFlow.outcome)
    : // Of a correction, which was refused and took its form along.
      isLimitReached && !answer.mayCorrect
      ? { name: 'limit-reached' }
      : null
}

function isDocumentSent(step: OnboardingStep): boolean {
  return step.name === 'hosted-flow' && step.reason === 'document-sent'
}

function noticeOfOutcome(outcome: FlowOutcome): OnboardingNotice | null {
  if (outcome.state === 'failed') return { name: 'failed', userMessage: outcome.userMessage }
  return outcome.state === 'open' || outcome.state === 'authorized' ? null : { name: outcome.state }
}

/** What is wrong at the moment, if anything. */
export function failureOf(state: OnboardingState): unknown {
  if (state.name === 'unreachable') return state.error
  if (state.name !== 'ready') return null
  return state.trip.state === 'failed' ? state.trip.error : state.problem
}

function messageOf(error: unknown): UserMessage {
  return error instanceof ProxyError ? error.userMessage : 'try-again-later'
}
