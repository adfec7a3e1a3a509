import { useEffect, useLayoutEffect, useRef } from 'react'

/** Runs before every plain effect, also before those of what is inside. A server runs none, and React 18 says so there. */
export const useEarlyEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect

/** Callbacks may change with every render; whoever calls them later wants the newest. */
export function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value)
  useEarlyEffect(() => {
    ref.current = value
  })
  return ref
}

/**
 * Calls `tell` once for each new value, although StrictMode runs effects twice; early, so that a screen is told of
 * before the page that is on it. Undefined is no value: what follows is new only if it is another than before.
 */
export function useChange<T>(value: T, tell: (value: T, before: T | undefined) => void): void {
  const told = useRef<{ value: T } | null>(null)
  useEarlyEffect(() => {
    const before = told.current
    if (value === undefined || (before && Object.is(before.value, value))) return
    told.current = { value }
    tell(value, before?.value)
  })
}
