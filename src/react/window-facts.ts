import { useEffect, useState, useSyncExternalStore } from 'react'
import { isInCrossSiteFrame } from './launch/frame.ts'

/** A check that takes longer is said to; the person may close the page. */
const LONG_CHECK_MS = 20_000

/** Whether the browser knows that there is no network. */
export function useOffline(): boolean {
  return useSyncExternalStore(
    watchNetwork,
    () => !navigator.onLine,
    () => false,
  )
}

function watchNetwork(changed: () => void): () => void {
  window.addEventListener('online', changed)
  window.addEventListener('offline', changed)
  return () => {
    window.removeEventListener('online', changed)
    window.removeEventListener('offline', changed)
  }
}

/** Becomes true when something has lasted for `ms` without a break. */
function useLasted(isSo: boolean, ms: number): boolean {
  const [hasLasted, setLasted] = useState(false)
  useEffect(() => {
    if (!isSo) return
    const timer = setTimeout(() => setLasted(true), ms)
    return () => {
      clearTimeout(timer)
      setLasted(false)
    }
  }, [isSo, ms])
  return isSo && hasLasted
}

/** True once somebody has been looking at the check for {@link LONG_CHECK_MS}. */
export function useLongCheck(isChecking: boolean): boolean {
  return useLasted(isChecking, LONG_CHECK_MS)
}

/** In a frame of another site browsers keep cookies away and windows apart. */
export function useFramed(): boolean {
  return useSyncExternalStore(neverChanges, isInCrossSiteFrame, () => false)
}

const neverChanges = () => () => {}
