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
} as const
