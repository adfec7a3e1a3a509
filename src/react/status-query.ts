/** A host's own client brings its own defaults: every option that matters to a status is set here. */
export const STATUS_QUERY = {
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
  initialData: undefined,
  placeholderData: undefined,
  // The types do not know that these may be taken away. A persister would keep the answer in a storage of the host's.
  select: undefined as never,
  persister: undefined as never,
} as const
