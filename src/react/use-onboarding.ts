import { QueryClient, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { FlowOutcome, StatusAnswer } from '../core/contract.ts'
import type { Profile } from '../core/profile.ts'
import { readArrival, stripAddress } from './launch/arrival.ts'
import { takeReturn } from './launch/complete-return.ts'
import type { PendingReturn } from './launch/complete-return.ts'
import type { PresentationChoice } from './launch/presentation.ts'
import { onSignal } from './launch/signals.ts'
import { useHostedFlow } from './launch/use-hosted-flow.ts'
import type { Trip } from './launch/use-hosted-flow.ts'
import { openers } from './messages/button.ts'
import type { Locale } from './messages/button.ts'
import { createPollingSchedule } from './polling.ts'
import { createProxyClient, ProxyError } from './proxy-client.ts'
import type { ProxyClient } from './proxy-client.ts'
import { useLatest } from './use-latest.ts'
import { useLocale } from './use-locale.ts'

/** What a mount of the onboarding is made with. */
export interface OnboardingOptions {
  basePath: string
  headers: (() => Record<string, string> | Promise<Record<string, string>>) | undefined
  credentials: RequestCredentials
  presentation: PresentationChoice
  locale: Locale | undefined
  queryClient: QueryClient | undefined
}

/** Where this mount stands; the data of a state lives in its branch. */
export type OnboardingState =
  | { name: 'loading' }
  | { name: 'unreachable'; error: unknown }
  /** `problem`: the proxy does not answer at the moment; the last answer stands. */
  | { name: 'ready'; answer: StatusAnswer; trip: Trip; lastOutcome: FlowOutcome | null; problem: unknown }

/** The onboarding without markup: what to show, and what can be done. */
export interface Onboarding {
  state: OnboardingState
  /** This page is where a trip to the hosted module ended. */
  resumed: boolean
  submitProfile: (profile: Profile, options?: { replace: boolean }) => Promise<void>
  launch: (choice?: PresentationChoice) => void
  refresh: () => void
}

export function useOnboarding(options: OnboardingOptions): Onboarding {
  const client = useProxyClient(options)
  const queryClient = useOwnQueryClientUnless(options.queryClient)
  const { trip, launch, settle } = useHostedFlow(
    client,
    options.presentation,
    openers[useLocale(options.locale)].loading,
  )
  const { arrival, retryReturn } = useArrival(client)
  const [lastOutcome, setLastOutcome] = useState<FlowOutcome | null>(null)
  const [schedule] = useState(() => createPollingSchedule())
  const flowId = trip.state === 'popup' ? trip.flow.id : arrival.flow
  const flowRef = useLatest(flowId)
  const isSettled = useLatest(arrival.settled)
  const isSubmitting = useRef(false)
  const queryKey = ['astra-onboarding', options.basePath, useId()]

  const { data, error, refetch } = useQuery(
    {
      queryKey,
      queryFn: () => client.status(flowRef.current),
      enabled: arrival.settled,
      // A host's own client brings its own defaults: every option that matters is set here.
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
      refetchInterval: ({ state }) =>
        isWorthPolling(state.data, trip, state.error)
          ? schedule.delayAfter(`${state.dataUpdatedAt}/${state.errorUpdatedAt}`)
          : false,
    },
    queryClient,
  )

  const refresh = useCallback(() => {
    // Before the return is completed there is nothing to see, and the answer would not be about its flow.
    // While a profile is on its way, the status would say "wait" and take the form down with all that was typed.
    if (!isSettled.current || isSubmitting.current) return
    schedule.restart()
    void retryReturn().then(() => refetch())
  }, [isSettled, refetch, retryReturn, schedule])

  useEffect(() => onSignal(refresh), [refresh])

  // A return that succeeded at a later try: the answer in hand is not about its flow.
  const arrivedFlow = arrival.flow
  useEffect(() => {
    if (arrivedFlow) void refetch({ cancelRefetch: false })
  }, [arrivedFlow, refetch])

  const stepName = data?.step.name
  useEffect(() => schedule.restart(), [schedule, stepName, trip.state])

  const outcome = data?.flow?.outcome
  useEffect(() => {
    if (!outcome || outcome.state === 'open') return
    setLastOutcome(outcome)
    if (data?.flow?.id === flowRef.current) settle()
  }, [outcome, data?.flow?.id, flowRef, settle])

  // A flow that is refused usually means that the step has changed meanwhile; a window that closes, that it is over.
  const isTold = trip.state === 'failed' || (trip.state === 'popup' && trip.sight === 'closed')
  useEffect(() => {
    if (isTold) refresh()
  }, [isTold, refresh])

  const submitProfile = async (profile: Profile, options = { replace: false }) => {
    isSubmitting.current = true
    try {
      // A status that was asked before must not arrive after, and undo the answer.
      await queryClient.cancelQueries({ queryKey })
      queryClient.setQueryData(queryKey, await client.submitProfile(profile, options))
    } catch (error) {
      // It may have arrived all the same; the status knows.
      await refetch()
      throw error
    } finally {
      isSubmitting.current = false
    }
  }

  return {
    state: toState(arrival, data, error, trip, lastOutcome),
    resumed: arrival.flow !== null && data?.flow?.id === arrival.flow,
    submitProfile,
    launch: useCallback(
      (choice) => {
        setLastOutcome(null)
        launch(choice)
      },
      [launch],
    ),
    refresh,
  }
}

function toState(
  arrival: ArrivalState,
  answer: StatusAnswer | undefined,
  error: unknown,
  trip: Trip,
  lastOutcome: FlowOutcome | null,
): OnboardingState {
  if (arrival.error) return { name: 'unreachable', error: arrival.error }
  // The last answer stands through an outage; without one there is nothing to show.
  if (answer && !isSignedOut(error)) return { name: 'ready', answer, trip, lastOutcome, problem: error }
  return error ? { name: 'unreachable', error } : { name: 'loading' }
}

function isSignedOut(error: unknown): boolean {
  return error instanceof ProxyError && error.code === 'unauthenticated'
}

function isWorthPolling(answer: StatusAnswer | undefined, trip: Trip, error: unknown): boolean {
  if (trip.state === 'popup' || error) return true
  return answer?.step.name === 'wait' || answer?.flow?.outcome.state === 'open'
}

interface ArrivalState {
  /** The address has been dealt with; the status may be asked. */
  settled: boolean
  flow: string | null
  error: unknown
}

/** Deals once with how this page was reached: strips the address, completes a return. */
function useArrival(client: ProxyClient): { arrival: ArrivalState; retryReturn: () => Promise<void> } {
  const [arrival, setArrival] = useState<ArrivalState>({ settled: false, flow: null, error: null })
  // StrictMode runs effects twice; the address can be read once.
  const started = useRef(false)
  const pending = useRef<PendingReturn | null>(null)

  const retryReturn = useCallback(async () => {
    const taken = pending.current
    if (!taken) return
    // One call at a time; a failed one puts the return back.
    pending.current = null
    try {
      const flow = await taken.complete(client)
      setArrival({ settled: true, flow: flow?.id ?? null, error: null })
    } catch (error) {
      pending.current = taken
      setArrival({ settled: true, flow: null, error })
    }
  }, [client])

  useEffect(() => {
    if (started.current) return
    started.current = true
    const found = readArrival(window.location.search)
    pending.current = takeReturn()
    if (pending.current) {
      void retryReturn()
      return
    }
    if (found.kind === 'resumed') stripAddress()
    setArrival({ settled: true, flow: found.kind === 'resumed' ? found.flow : null, error: null })
  }, [retryReturn])
  return { arrival, retryReturn }
}

function useProxyClient({ basePath, headers, credentials }: OnboardingOptions): ProxyClient {
  const headersRef = useLatest(headers)
  return useMemo(
    () => createProxyClient({ basePath, credentials, headers: () => headersRef.current?.() ?? {} }),
    [basePath, credentials, headersRef],
  )
}

function useOwnQueryClientUnless(given: QueryClient | undefined): QueryClient {
  const [own] = useState(() => new QueryClient())
  useEffect(() => {
    if (given) return
    own.mount()
    return () => own.unmount()
  }, [given, own])
  return given ?? own
}
