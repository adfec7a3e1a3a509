import { useEffect, useLayoutEffect, useRef } from 'react'

/** Before the plain effects of everything inside, so that a screen is told of before its page. A server has none. */
const useEarlyEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect

/** Calls `tell` once for each new value; StrictMode runs effects twice. */
export function useChange<T>(value: T, tell: (value: T) => void): void {
  const told = useRef<{ value: T } | null>(null)
  useEarlyEffect(() => {
    if (told.current && Object.is(told.current.value, value)) return
    told.current = { value }
    tell(value)
  })
}
