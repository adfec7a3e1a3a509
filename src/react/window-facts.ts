import { useEffect, useState, useSyncExternalStore } from 'react'
import { isInCrossSiteFrame } from './launch/frame.ts'
import { neverChanges } from './use-locale.ts'

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

/** True once somebody has been looking at the check for {@link LONG_CHECK_MS} without a break. */
export function useLongCheck(isChecking: boolean): boolean {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (!isChecking) return
    const timer = setTimeout(() => setLong(true), LONG_CHECK_MS)
    return () => {
      clearTimeout(timer)
      setLong(false)
    }
  }, [isChecking])
  return isChecking && isLong
}

/** In a frame of another site browsers keep cookies away and windows apart. */
export function useFramed(): boolean {
  return useSyncExternalStore(neverChanges, isInCrossSiteFrame, () => false)
}
