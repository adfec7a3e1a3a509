import type { FlowView } from '../../core/contract.ts'
import { ProxyError } from '../proxy-client.ts'
import type { ProxyClient } from '../proxy-client.ts'
import { plainAddress, readArrival, stripAddress } from './arrival.ts'
import { sendSignal } from './signals.ts'

/** A return of ours on the partner's own page, taken out of the address, with the code still in memory. */
export interface PendingReturn {
  /**
   * Tells the proxy, wakes the other windows, and closes a popup or goes back to where the person started. May be
   * called again when it failed.
   * @throws ProxyError when the proxy could not be reached; the return is not lost then
   */
  complete: (client: ProxyClient) => Promise<ReturnEnd>
}

/** What became of a return. `refused`: for good; the status will tell what is next. */
export type ReturnEnd = { kind: 'completed'; flow: FlowView } | { kind: 'leaving' } | { kind: 'refused' }

/** Takes a return out of the address; null on any other page, which is left alone. */
export function takeReturn(): PendingReturn | null {
  const arrival = readArrival(window.location.search)
  if (arrival.kind !== 'returned') return null
  stripAddress()
  const here = plainAddress()
  return {
    async complete(client) {
      try {
        const { flow, returnTo } = await client.completeFlow(arrival.query)
        sendSignal(flow.id)
        if (flow.presentation === 'popup') window.close()
        else if (returnTo && !isSamePage(returnTo, here)) {
          window.location.replace(returnTo)
          return { kind: 'leaving' }
        }
        return { kind: 'completed', flow }
      } catch (error) {
        if (error instanceof ProxyError && !error.retryable) return { kind: 'refused' }
        throw error
      }
    },
  }
}

function isSamePage(left: string, right: string): boolean {
  const a = new URL(left)
  const b = new URL(right)
  return a.origin === b.origin && a.pathname === b.pathname
}
