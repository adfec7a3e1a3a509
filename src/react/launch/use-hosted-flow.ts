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
  | { state: 'popup'; flow: FlowView; popup: Window; sight: Sight }
  | { state: 'leaving'; flow: FlowView }
  | { state: 'failed'; error: unknown }

/**
 * What can be seen of the other window. `closed` is only a reason to look: a window that has cut itself off from its
 * opener says so too, while it is plainly open. `lost`: that has lasted, and no result has come.
 */
export type Sight = 'open' | 'closed' | 'lost'

/** So long a window may look closed, or this page be on its way to Astra, before something must have gone wrong. */
const PATIENCE_MS = 10_000

/** What a click can do about it. */
export interface HostedFlowActions {
  trip: Trip
  /** Opens the hosted module. Call it directly in a click handler, so that the popup is not blocked. */
  launch: (choice?: PresentationChoice) => void
  /** The trip is over, however it ended. */
  settle: () => void
  /** Where it stands is known from somewhere else. */
  setTrip: (trip: Trip) => void
  /** Nobody is on it any more: its window is closed. */
  abandon: () => void
}

export function useHostedFlow(
  client: ProxyClient,
  presentation: PresentationChoice,
  /** Said in the other window until it has an address. */
  loading: string,
): HostedFlowActions {
  const [trip, setTrip] = useState<Trip>({ state: 'idle' })
  const popup = useRef<Window | null>(null)
  const turns = useRef(0)
  const settle = useCallback(() => {
    popup.current = null
    setTrip({ state: 'idle' })
  }, [])

  const abandon = useCallback(() => {
    turns.current++
    popup.current?.close()
    settle()
  }, [settle])

  // Whoever closes the dialog is done with its window, too. What was finished there is not lost; and a host may hide
  // this, and show it again.
  useEffect(() => abandon, [abandon])

  // After "Back" the browser may show this very page again, frozen as it left.
  useEffect(() => {
    const thaw = (event: PageTransitionEvent) => {
      if (event.persisted) settle()
    }
    window.addEventListener('pageshow', thaw)
    return () => window.removeEventListener('pageshow', thaw)
  }, [settle])

  const isLeaving = trip.state === 'leaving'
  useEffect(() => {
    if (!isLeaving) return
    const timer = setTimeout(settle, PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isLeaving, settle])

  const watched = trip.state === 'popup' ? trip.popup : null
  useEffect(() => {
    if (!watched) return
    let losing: ReturnType<typeof setTimeout> | undefined
    const see = (sight: Sight) =>
      setTrip((current) =>
        current.state === 'popup' && current.sight !== sight ? { ...current, sight } : current,
      )
    const watch = () => {
      if (!watched.closed) {
        clearTimeout(losing)
        losing = undefined
        see('open')
      } else if (!losing) {
        see('closed')
        losing = setTimeout(() => see('lost'), PATIENCE_MS)
      }
    }
    const timer = setInterval(watch, 500)
    return () => {
      clearInterval(timer)
      clearTimeout(losing)
    }
  }, [watched])

  const launch = useCallback(
    (choice?: PresentationChoice) => {
      // A handler that is given as it is hears the event first.
      const wanted = choosePresentation(typeof choice === 'string' ? choice : presentation)
      const opened = wanted === 'popup' ? openBlankPopup(loading) : null
      popup.current?.close()
      popup.current = opened
      const turn = ++turns.current
      // Another click has come since, or the page is gone; its answer counts.
      const isOver = () => turn !== turns.current
      setTrip({ state: 'opening', isBlocked: wanted === 'popup' && !opened })
      client.openFlow(opened ? 'popup' : 'redirect', plainAddress()).then(
        ({ flow, startPath }) => {
          if (isOver()) return
          const address = client.startAddress(startPath)
          if (opened?.closed) setTrip({ state: 'idle' })
          else if (opened) {
            opened.location.replace(address)
            setTrip({ state: 'popup', flow, popup: opened, sight: 'open' })
          } else {
            setTrip({ state: 'leaving', flow })
            window.location.assign(address)
          }
        },
        (error: unknown) => {
          opened?.close()
          if (!isOver()) setTrip({ state: 'failed', error })
        },
      )
    },
    [client, presentation, loading],
  )

  return { trip, launch, settle, setTrip, abandon }
}
