import { useEffect, useRef } from 'react'

/** Callbacks may change with every render; whoever calls them later wants the newest. */
export function useLatest<T>(value: T): { readonly current: T } {
  const ref = useRef(value)
  useEffect(() => {
    ref.current = value
  })
  return ref
}
