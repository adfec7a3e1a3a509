import type { Goal } from './next-step.ts'

/** What Astra adds to the redirect URI. On the address of a return, all of these are taken for Astra's. */
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

/** Takes out of an address what belongs to a return; on another page, a `code` is the host's own. */
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
