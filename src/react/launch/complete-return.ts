import type { FlowView } from '../../core/contract.ts'
import type { Goal } from '../../core/next-step.ts'
import { ProxyError } from '../proxy-client.ts'
import type { ProxyClient } from '../proxy-client.ts'
import { plainAddress, readArrival, resumedFlow, stripAddress } from './arrival.ts'
import { sendSignal } from './signals.ts'

/** A return of ours on the partner's own page, taken out of the address, with the code still in memory. */
export interface PendingReturn {
  /**
   * Tells the proxy, wakes the other windows, and closes a popup or goes back to where the person started, where the
   * address says what to go on with. Stays when that is here, with a widget of the flow's goal. May be called again when
   * it failed.
   * @throws ProxyError when the proxy could not be reached, or could not do it just now; the return is not lost then
   */
  complete: (client: ProxyClient) => Promise<ReturnEnd>
  /** For the widget that is mounted next, which can say what has failed. */
  putBack: () => void
}

/** What became of a return. `refused`: for good; the status will tell what is next. */
export type ReturnEnd =
  { kind: 'completed'; flow: FlowView } | { kind: 'leaving' } | { kind: 'refused'; error: ProxyError }

/**
 * What was put back, on this page. Not into the address: the widget may have to be downloaded first, and its referrer
 * would be a code.
 */
let kept: { query: string; here: string } | null = null

/** Whether a return was put back, which no address shows any more. */
export function hasKeptReturn(): boolean {
  return kept !== null
}

function takeQuery(): string | null {
  const arrival = readArrival(window.location.search)
  if (arrival.kind === 'returned') {
    // It takes the place of an older one.
    kept = null
    stripAddress()
    return arrival.query
  }
  if (!kept || !isSamePage(kept.here, plainAddress())) return null
  const { query } = kept
  kept = null
  return query
}

/**
 * Takes a return out of the address; null on any other page, which is left alone.
 * @param goal of the widget that takes it; null where there is none
 */
export function takeReturn(goal: Goal | null): PendingReturn | null {
  const query = takeQuery()
  if (query === null) return null
  const here = plainAddress()
  return {
    async complete(client) {
      try {
        const { flow, returnTo } = await client.completeFlow(query)
        sendSignal(flow.id)
        if (flow.presentation === 'popup') window.close()
        else if (!isSamePage(returnTo, here) || resumedFlow(new URL(returnTo).search, goal) === null) {
          window.location.replace(returnTo)
          return { kind: 'leaving' }
        }
        return { kind: 'completed', flow }
      } catch (error) {
        if (error instanceof ProxyError && !error.retryable) return { kind: 'refused', error }
        throw error
      }
    },
    putBack: () => void (kept = { query, here }),
  }
}

function isSamePage(left: string, right: string): boolean {
  const a = new URL(left)
  const b = new URL(right)
  return a.origin === b.origin && a.pathname === b.pathname
}
