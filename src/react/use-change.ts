import { useRef } from 'react'
import { useEarlyEffect } from './use-early-effect.ts'

/**
 * Calls `tell` once for each new value, although StrictMode runs effects twice; early, so that a screen is told of
 * before the page that is on it.
 */
export function useChange<T>(value: T, tell: (value: T) => void): void {
  const told = useRef<{ value: T } | null>(null)
  useEarlyEffect(() => {
    if (told.current && Object.is(told.current.value, value)) return
    told.current = { value }
    tell(value)
  })
}
