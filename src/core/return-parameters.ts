import type { Goal } from './next-step.ts'

/** Parameters that belong to a return; the page strips these and keeps every other. */
export const RETURN_PARAMETERS = [
  'code',
  'authorization_code',
  'state',
  'error',
  'error_description',
] as const

/** Every value we put into `state` starts so; a page can tell our return from another OAuth return by it. */
export const STATE_PREFIX = 'astra.'

/**
 * Whether the address is that of a return from Astra. A `code` alone may be anybody's: a voucher, another OAuth return.
 * Without our `state` only Astra's own word counts.
 */
export function isReturn(query: URLSearchParams): boolean {
  const state = query.get('state')
  return state === null ? query.has('authorization_code') : state.startsWith(STATE_PREFIX)
}

/** Takes out of an address what belongs to a return; a `code` of the host's own stays. */
export function dropReturn({ searchParams }: URL): void {
  if (isReturn(searchParams)) for (const name of RETURN_PARAMETERS) searchParams.delete(name)
}

/** Name of the parameter by which a page that resumes after a redirect learns the flow's id. */
export const FLOW_PARAMETER = 'astra_flow'

/** Name of the parameter that says for which goal that flow was opened: of two widgets on a page one is meant. */
export const GOAL_PARAMETER = 'astra_goal'

/** The page that somebody goes back to after a redirect, told which flow the widget of which goal goes on with. */
export function arrivalAddress(address: string, flow: string, goal: Goal): string {
  const url = new URL(address)
  dropReturn(url)
  url.searchParams.set(FLOW_PARAMETER, flow)
  url.searchParams.set(GOAL_PARAMETER, goal)
  return url.href
}
