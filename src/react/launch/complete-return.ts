import type { FlowView } from '../../core/contract.ts'
import { ProxyError } from '../proxy-client.ts'
import type { ProxyClient } from '../proxy-client.ts'
import { plainAddress, readArrival, stripAddress } from './arrival.ts'
import { sendSignal } from './signals.ts'

/**
 * Does on the partner's own page what the ready-made return page does: strips the address, tells the proxy, wakes the
 * other windows, and closes a popup. Null: this page is no return of ours, nothing was touched, or the window goes.
 */
export async function completeReturn(client: ProxyClient): Promise<FlowView | null> {
  const arrival = readArrival(window.location.search)
  if (arrival.kind !== 'returned') return null
  // A return without our `state` may be somebody else's; then its address is left for them.
  const isCertain = new URLSearchParams(arrival.query).has('state')
  const here = plainAddress()
  if (isCertain) stripAddress()
  try {
    const { flow, returnTo } = await client.completeFlow(arrival.query)
    if (!isCertain) stripAddress()
    sendSignal(flow.id)
    if (flow.presentation === 'popup') {
      window.close()
      return flow
    }
    if (returnTo && !isSamePage(returnTo, here)) {
      window.location.replace(returnTo)
      return null
    }
    return flow
  } catch (error) {
    if (error instanceof ProxyError && error.code === 'flow_not_found' && !isCertain) return null
    throw error
  }
}

function isSamePage(left: string, right: string): boolean {
  const a = new URL(left)
  const b = new URL(right)
  return a.origin === b.origin && a.pathname === b.pathname
}
