import { useEffect, useRef, useState } from 'react'
import type { Goal } from '../../core/next-step.ts'
import { useLatest } from '../early-effects.ts'
import { createProxyClient } from '../proxy-client.ts'
import type { ProxyClientOptions } from '../proxy-client.ts'
import { leaveFlow, resumedFlow } from './arrival.ts'
import { takeReturn } from './complete-return.ts'

/** Of several buttons of a goal one goes on with a flow; two dialogs would lie one over the other. */
let claimed: string | null = null

interface ReturnAheadOptions extends ProxyClientOptions {
  goal: Goal
  /** There is something that a widget of this goal goes on with. */
  onArrival: () => void
}

/**
 * Deals with how this page was reached before the widget is downloaded: a code lives for minutes and must not wait for a
 * download that may fail, nor go along with it as its referrer. Answers whether it is at it: until then there is nothing
 * for the widget to see.
 */
export function useReturnAhead(options: ReturnAheadOptions): boolean {
  const latest = useLatest(options)
  const [isHandingOver, setHandingOver] = useState(false)
  const isMounted = useRef(false)
  useEffect(() => {
    isMounted.current = true
    return () => {
      isMounted.current = false
    }
  }, [])
  useEffect(() => {
    const { goal } = latest.current
    const goOn = () => {
      setHandingOver(false)
      latest.current.onArrival()
    }
    const flow = resumedFlow(window.location.search, goal)
    if (flow !== null) {
      if (claimed === flow) return
      claimed = flow
      goOn()
      return () => {
        claimed = null
      }
    }
    const pending = takeReturn(goal)
    if (!pending) return
    setHandingOver(true)
    pending.complete(createProxyClient(latest.current)).then(
      (end) => {
        // Where it is gone, the address is another page's by now.
        if (end.kind === 'leaving' || !isMounted.current) return
        if (end.kind === 'completed') leaveFlow(end.flow.id, goal)
        // The widget hears the same once more, and can say so.
        else pending.putBack()
        goOn()
      },
      () => {
        // The widget says what has failed, and lets people try again; where the button has gone, the next one does.
        pending.putBack()
        if (isMounted.current) goOn()
      },
    )
  }, [latest])
  return isHandingOver
}
