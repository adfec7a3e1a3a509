import { useCallback, useEffect, useRef, useState } from 'react'
import type { FlowView } from '../../core/contract.ts'
import type { ProxyClient } from '../proxy-client.ts'
import { plainAddress } from './arrival.ts'
import { openBlankPopup } from './popup.ts'
import { choosePresentation } from './presentation.ts'
import type { PresentationChoice } from './presentation.ts'

/** Where the trip to the hosted module stands in this window. */
export type Trip =
  | { state: 'idle' }
  /** `isBlocked`: the browser gave no window, so this page goes itself. */
  | { state: 'opening'; isBlocked: boolean }
  | { state: 'popup'; flow: FlowView; popup: Window }
  | { state: 'leaving'; flow: FlowView }
  | { state: 'failed'; error: unknown }

/** What a click can do about it. */
export interface HostedFlowActions {
  trip: Trip
  /** Opens the hosted module. Call it directly in a click handler, so that the popup is not blocked. */
  launch: (choice?: PresentationChoice) => void
  /** The trip is over, however it ended. */
  settle: () => void
}

export function useHostedFlow(client: ProxyClient, presentation: PresentationChoice): HostedFlowActions {
  const [trip, setTrip] = useState<Trip>({ state: 'idle' })
  const popup = useRef<Window | null>(null)
  const isMounted = useRef(false)
  useEffect(() => {
    isMounted.current = true
    return () => {
      isMounted.current = false
      // Whoever closes the dialog is done with its window, too. What was finished there is not lost.
      popup.current?.close()
    }
  }, [])

  // After "Back" the browser may show this very page again, frozen as it left.
  useEffect(() => {
    const thaw = (event: PageTransitionEvent) => {
      if (event.persisted) setTrip({ state: 'idle' })
    }
    window.addEventListener('pageshow', thaw)
    return () => window.removeEventListener('pageshow', thaw)
  }, [])

  const launch = useCallback(
    (choice: PresentationChoice = presentation) => {
      const wanted = choosePresentation(choice)
      const opened = wanted === 'popup' ? openBlankPopup() : null
      popup.current?.close()
      popup.current = opened
      setTrip({ state: 'opening', isBlocked: wanted === 'popup' && !opened })
      client.openFlow(opened ? 'popup' : 'redirect', plainAddress()).then(
        ({ flow, startPath }) => {
          if (!isMounted.current) return
          const address = client.startAddress(startPath)
          if (opened) {
            opened.location.replace(address)
            setTrip({ state: 'popup', flow, popup: opened })
          } else {
            setTrip({ state: 'leaving', flow })
            window.location.assign(address)
          }
        },
        (error: unknown) => {
          opened?.close()
          setTrip({ state: 'failed', error })
        },
      )
    },
    [client, presentation],
  )

  const settle = useCallback(() => {
    popup.current = null
    setTrip({ state: 'idle' })
  }, [])

  return { trip, launch, settle }
}
