import { QueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

let shared: QueryClient | null = null

/** One for the whole page; on a server one for each render, because answers belong to one customer. */
function privateClient(): QueryClient {
  if (typeof window === 'undefined') return new QueryClient()
  return (shared ??= new QueryClient())
}

/** The host's client where it gives one, else one of our own, so that no provider is needed. */
export function useQueryClientOr(given: QueryClient | undefined): QueryClient {
  const [own] = useState(privateClient)
  useEffect(() => {
    if (given) return
    own.mount()
    return () => own.unmount()
  }, [given, own])
  return given ?? own
}
