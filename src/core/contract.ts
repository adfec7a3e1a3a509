import type { CardOutcome } from './card-outcome.ts'
import type { AstraErrorBody, AstraErrorCode, UserMessage } from './errors.ts'
import type { HostedFlow, OnboardingStep } from './next-step.ts'
import type { ProfilePolicy } from './profile.ts'

/** Where both halves expect the proxy when nothing else is said. */
export const DEFAULT_BASE_PATH = '/api/astra'

/** Paths below the mount path. */
export const ROUTES = {
  status: '/status',
  userIntents: '/user-intents',
  flows: '/flows',
  complete: '/flows/complete',
} as const

/** A cross-site form cannot set a header: its presence is half of the defence against forged requests. */
export const REQUEST_HEADER = 'x-astra-onboarding'

/** How the hosted module is shown. */
export type Presentation = 'popup' | 'redirect'

/** What a message between windows says: look at the server now. It carries no verdict. */
export interface FlowSignal {
  type: 'astra-onboarding'
  flow: string
}

/** Name of the BroadcastChannel on which {@link FlowSignal}s travel. */
export const SIGNAL_CHANNEL = 'astra-onboarding'

/** How a flow ended, as the server saw it. */
export type FlowOutcome =
  | { state: 'open' }
  | { state: 'authorized' }
  /** Came back without a code: after a verification that is the normal end. */
  | { state: 'returned' }
  | { state: 'declined' }
  | { state: 'failed'; error: AstraErrorCode; userMessage: UserMessage }
  | { state: 'expired' }

/** A flow as the browser may know it. */
export interface FlowView {
  id: string
  flow: HostedFlow
  presentation: Presentation
  outcome: FlowOutcome
  /** Only for a flow with the goal `link-card`, where the status was asked for that goal: what became of its card. */
  card?: CardOutcome
}

/** What `identify` locks, masked for display. */
export type LockedValues = Partial<Record<'email' | 'phone', string>>

/** Everything the form needs to know of the partner's policy. */
export interface FormPolicy extends ProfilePolicy {
  lockedValues: LockedValues
}

/** Answer of `GET status` and `POST user-intents`. */
export interface StatusAnswer {
  step: OnboardingStep
  /** A short id for the partner's support; means nothing elsewhere. */
  reference: string
  /** True when the last creation of a user intent ended without an answer from Astra. */
  creationUnknown: boolean
  /** Whether the person may send a corrected profile with `replace`. */
  mayCorrect: boolean
  /** Only while a profile may be sent. */
  policy?: FormPolicy
  /** Only when asked for with `?flow=`. */
  flow?: FlowView
}

/** Answer of `POST flows`. The browser follows `startPath`, never an Astra URL. */
export interface OpenFlowAnswer {
  flow: FlowView
  /** Below the mount path. */
  startPath: string
}

/** Answer of `POST flows/complete`. */
export interface CompleteAnswer {
  flow: FlowView
  /** Where the page goes after a redirect, with the flow's id and goal on it; for a popup, in case that cannot close. */
  returnTo: string
}

/** Every refused request is answered so. */
export interface ErrorAnswer {
  error: AstraErrorBody
}
