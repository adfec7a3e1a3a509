import { useRef } from 'react'
import { useEarlyEffect } from './use-early-effect.ts'

/** Callbacks may change with every render; whoever calls them later wants the newest. */
export function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value)
  useEarlyEffect(() => {
    ref.current = value
  })
  return ref
}
