import { FLOW_PARAMETER, RETURN_PARAMETERS, STATE_PREFIX } from '../../core/return-parameters.ts'

/** How this page was reached, as far as the onboarding is concerned. */
export type Arrival =
  | { kind: 'plain' }
  /** After a redirect: the return page has done its work, this page goes on. */
  | { kind: 'resumed'; flow: string }
  /** This page is the redirect URI itself: the proxy has not heard of the return yet. */
  | { kind: 'returned'; query: string }

/** Reads the address; changes nothing. */
export function readArrival(search: string): Arrival {
  const query = new URLSearchParams(search)
  const state = query.get('state')
  // A `code` alone may be anybody's: a voucher, another OAuth return. Without our `state` only Astra's own word counts.
  const isReturn = state === null ? query.has('authorization_code') : state.startsWith(STATE_PREFIX)
  if (isReturn) return { kind: 'returned', query: onlyReturnParameters(query) }
  const flow = query.get(FLOW_PARAMETER)
  return flow ? { kind: 'resumed', flow } : { kind: 'plain' }
}

/** True when the widget should open by itself to go on. */
export function isArrival(search: string): boolean {
  return readArrival(search).kind !== 'plain'
}

/** Takes what belongs to the onboarding out of the address bar and the history; keeps the rest and the router's state. */
export function stripAddress(): void {
  window.history.replaceState(window.history.state, '', plainAddress())
}

/** This page's address without what belongs to a return. */
export function plainAddress(): string {
  const url = new URL(window.location.href)
  if (isArrival(url.search))
    for (const name of [FLOW_PARAMETER, ...RETURN_PARAMETERS]) url.searchParams.delete(name)
  return url.href
}

function onlyReturnParameters(query: URLSearchParams): string {
  const ours = new URLSearchParams()
  // Every occurrence goes along: the proxy refuses a parameter that comes twice.
  for (const name of RETURN_PARAMETERS) for (const value of query.getAll(name)) ours.append(name, value)
  return ours.toString()
}
