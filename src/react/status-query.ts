import { useQuery } from '@tanstack/react-query'
import type { QueryClient, UndefinedInitialDataOptions } from '@tanstack/react-query'
import { useState } from 'react'
import type { StatusAnswer } from '../core/contract.ts'
import { isSignedOut } from './proxy-client.ts'

/** A host's own client brings its own defaults: every option that matters to a status is set here. */
const STATUS_QUERY = {
  retry: false,
  staleTime: 0,
  gcTime: 0,
  refetchOnMount: true,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  refetchIntervalInBackground: false,
  networkMode: 'always',
  structuralSharing: true,
  throwOnError: false,
  retryOnMount: true,
  enabled: true,
  // The types do not know that these may be taken away. A persister would keep the answer in a storage of the host's.
  initialData: undefined as never,
  placeholderData: undefined as never,
  select: undefined as never,
  persister: undefined as never,
} as const

type Options = UndefinedInitialDataOptions<StatusAnswer>

/** What differs from one who asks to the next. */
interface StatusQueryOptions extends Pick<Options, 'queryKey' | 'refetchInterval'> {
  queryFn: (context: { signal: AbortSignal }) => Promise<StatusAnswer>
  enabled?: boolean
  structuralSharing?: boolean
}

/** Asks the proxy for the status, and again as often as it is told to. */
export function useStatusQuery(options: StatusQueryOptions, queryClient: QueryClient) {
  const { data, error, refetch } = useQuery<StatusAnswer>({ ...STATUS_QUERY, ...options }, queryClient)
  // Without an answer a query forgets its error whenever it asks again; to a person nothing changes until there is news.
  // And an outage is none to somebody who is signed out: what was known of them stays away.
  const [lastError, setLastError] = useState(error)
  if (error !== lastError && (error ? !isSignedOut(lastError) : data)) setLastError(error)
  return { data, error: lastError, setLastError, refetch }
}
