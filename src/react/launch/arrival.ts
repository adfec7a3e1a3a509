import type { Goal } from '../../core/next-step.ts'
import {
  arrivalAddress,
  dropReturn,
  FLOW_PARAMETER,
  GOAL_PARAMETER,
  isReturn,
  RETURN_PARAMETERS,
} from '../../core/return-parameters.ts'

/** How this page was reached, as far as the onboarding is concerned. */
export type Arrival =
  | { kind: 'plain' }
  /** After a redirect: the return page has done its work, this page goes on. An older proxy does not say the goal. */
  | { kind: 'resumed'; flow: string; goal: string | null }
  /** This page is the redirect URI itself: the proxy has not heard of the return yet. */
  | { kind: 'returned'; query: string }

/** Reads the address; changes nothing. */
export function readArrival(search: string): Arrival {
  const query = new URLSearchParams(search)
  if (isReturn(query)) return { kind: 'returned', query: onlyReturnParameters(query) }
  const flow = query.get(FLOW_PARAMETER)
  return flow ? { kind: 'resumed', flow, goal: query.get(GOAL_PARAMETER) || null } : { kind: 'plain' }
}

/** True when somebody has just come back from Astra, whatever for. */
export function isArrival(search: string): boolean {
  return readArrival(search).kind !== 'plain'
}

/**
 * The flow that a widget of this goal goes on with here; null when there is none, or one of another goal. That one stays
 * in the address: the widget that it is meant for may be mounted later, and there is nothing left to hand over.
 */
export function resumedFlow(search: string, goal: Goal | null): string | null {
  const arrival = readArrival(search)
  if (arrival.kind !== 'resumed') return null
  return arrival.goal === null || arrival.goal === goal ? arrival.flow : null
}

/**
 * True when a widget of this goal should show by itself: to go on, or to hand a return over. Whose that is shows only
 * then, and a code that nobody hands over is lost.
 */
export function isArrivalFor(search: string, goal: Goal): boolean {
  return readArrival(search).kind === 'returned' || resumedFlow(search, goal) !== null
}

/** Puts into the address what the ready-made return page puts there, for a widget that comes later. */
export function leaveFlow(flow: string, goal: Goal): void {
  window.history.replaceState(window.history.state, '', arrivalAddress(plainAddress(), flow, goal))
}

/** Takes what belongs to the onboarding out of the address bar and the history; keeps the rest and the router's state. */
export function stripAddress(): void {
  window.history.replaceState(window.history.state, '', plainAddress())
}

/** This page's address without what belongs to a return. */
export function plainAddress(): string {
  const url = new URL(window.location.href)
  if (isArrival(url.search)) {
    dropReturn(url)
    for (const name of [FLOW_PARAMETER, GOAL_PARAMETER]) url.searchParams.delete(name)
  }
  return url.href
}

function onlyReturnParameters(query: URLSearchParams): string {
  const ours = new URLSearchParams()
  // Every occurrence goes along: the proxy refuses a parameter that comes twice.
  for (const name of RETURN_PARAMETERS) for (const value of query.getAll(name)) ours.append(name, value)
  return ours.toString()
}
