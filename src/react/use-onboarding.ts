import { useCallback, useEffect, useId, useRef, useState } from 'react'
import type { FlowView, StatusAnswer } from '../core/contract.ts'
import type { Profile } from '../core/profile.ts'
import { useChange, useLatest } from './early-effects.ts'
import { resumedFlow, stripAddress } from './launch/arrival.ts'
import { takeReturn } from './launch/complete-return.ts'
import type { PendingReturn } from './launch/complete-return.ts'
import type { PresentationChoice } from './launch/presentation.ts'
import { onSignal } from './launch/signals.ts'
import { useHostedFlow } from './launch/use-hosted-flow.ts'
import type { Trip } from './launch/use-hosted-flow.ts'
import { loading } from './messages/loading.ts'
import type { Locale } from './messages/loading.ts'
import { createPollingSchedule, WATCH_INTERVAL_MS } from './polling.ts'
import { isSignedOut } from './proxy-client.ts'
import { takeAhead } from './status-ahead.ts'
import { useStatusQuery } from './status-query.ts'
import type { Connection } from './use-connection.ts'
import { useLocale } from './use-locale.ts'

/** What a mount of the onboarding is made with. */
export interface OnboardingOptions {
  connection: Connection
  presentation: PresentationChoice
  /** Of the other window, until Astra speaks there. */
  locale: Locale | undefined
  /** Goes on asking, slowly, when there is nothing to wait for: the authorization may die while the page is open. */
  isWatching: boolean
}

/** Where this mount stands; the data of a state lives in its branch. */
export type OnboardingState =
  | { name: 'loading' }
  | { name: 'unreachable'; error: unknown }
  /** `problem`: the proxy does not answer at the moment; the last answer stands. */
  | { name: 'ready'; answer: StatusAnswer; trip: Trip; lastFlow: FlowView | null; problem: unknown }

/** The onboarding without markup: what to show, and what can be done. */
export interface Onboarding {
  state: OnboardingState
  /** This page is where a trip to the hosted module ended. */
  resumed: boolean
  submitProfile: (profile: Profile, options: SubmitOptions) => Promise<void>
  launch: (choice?: PresentationChoice) => void
  refresh: () => void
}

interface SubmitOptions {
  replace: boolean
  /** The proxy has answered; the status is asked after that. */
  onAnswered: (() => void) | undefined
}

export function useOnboarding(options: OnboardingOptions): Onboarding {
  const { connection, presentation, isWatching } = options
  const { client, queryClient } = connection
  const { trip, launch, settle, setTrip, abandon } = useHostedFlow(
    client,
    presentation,
    loading[useLocale(options.locale)],
  )
  const { arrival, handOver } = useArrival(connection, setTrip)
  // Undefined until this mount has been on a trip of its own, or knows how the one ended that it goes on with.
  const [lastFlow, setLastFlow] = useState<FlowView | null>()
  const [schedule] = useState(() => createPollingSchedule())
  // Also after its end: what becomes of a card shows later, and only whoever names the flow is told.
  const settledFlow = lastFlow === undefined ? arrival.flow : (lastFlow?.id ?? null)
  const flowId = trip.state === 'popup' ? trip.flow.id : settledFlow
  const flowRef = useLatest(flowId)
  const isSettled = useLatest(arrival.settled)
  const submission = useRef<'none' | 'sending' | 'asking'>('none')
  // Nobody else's: only this mount asks about its own flows.
  const queryKey = [...connection.key, useId()]

  const { data, error, setLastError, refetch } = useStatusQuery(
    {
      queryKey,
      queryFn: async ({ signal }) => {
        // Until a return is handed over, every look is a try of it: there is nothing to see before, for nobody.
        const flow = (await handOver()) ?? flowRef.current
        // While a profile is on its way, the status would say "wait" and take the form down with all that was typed.
        const known = submission.current === 'sending' && queryClient.getQueryData<StatusAnswer>(queryKey)
        if (known) return known
        return (flow ? null : takeAhead(connection)) ?? client.status(flow, signal)
      },
      enabled: arrival.settled,
      refetchInterval: ({ state }) =>
        isWorthPolling(state.data, trip, state.error)
          ? schedule.delayAfter(`${state.dataUpdatedAt}/${state.errorUpdatedAt}`)
          : // Without an answer and an error, a host has cancelled whatever its query client was at.
            (isWatching || !state.data) && WATCH_INTERVAL_MS,
    },
    queryClient,
  )

  const refresh = useCallback(() => {
    // Before the address has been read, the answer would not be about its flow.
    if (!isSettled.current || submission.current !== 'none') return
    schedule.restart()
    void refetch()
  }, [isSettled, refetch, schedule])

  useEffect(() => onSignal(refresh), [refresh])

  useChange(data?.reference, (_, before) => {
    if (!before) return
    // Another person has signed in.
    setLastFlow(null)
    abandon()
  })

  const stepName = data?.step.name
  useEffect(() => schedule.restart(), [schedule, stepName, trip.state])

  const flow = data?.flow
  useEffect(() => {
    // One that was asked about before another click is no news.
    if (!flow || flow.outcome.state === 'open' || flow.id !== flowRef.current) return
    setLastFlow(flow)
    settle()
  }, [flow, flowRef, settle])

  // A flow that is refused usually means that the step has changed meanwhile; a window that closes, that it is over.
  const isTold = trip.state === 'failed' || (trip.state === 'popup' && trip.sight === 'closed')
  useEffect(() => {
    if (isTold) refresh()
  }, [isTold, refresh])

  // Nobody asks, if this was taken away meanwhile.
  const askAgain = () => queryClient.invalidateQueries({ queryKey })

  const submitProfile = async (profile: Profile, { replace, onAnswered }: SubmitOptions) => {
    submission.current = 'sending'
    // Whoever sends the form has gone on from a return that was refused before it.
    settle()
    try {
      // A status that was asked before must not arrive after, and undo the answer.
      await queryClient.cancelQueries({ queryKey })
      const answer = await client.submitProfile(profile, { replace }).finally(onAnswered)
      submission.current = 'asking'
      // What Astra thinks of the profile is one question more. Without an answer to that, the first one stands.
      await askAgain()
      if (queryClient.getQueryState(queryKey)?.error) queryClient.setQueryData(queryKey, answer)
    } catch (error) {
      submission.current = 'asking'
      // It may have arrived all the same; the status knows. Whoever is signed out keeps the form, and says so there.
      if (!isSignedOut(error)) await askAgain()
      throw error
    } finally {
      submission.current = 'none'
    }
  }

  return {
    state: toState(data, error, trip, lastFlow ?? null),
    resumed: data?.flow?.id === arrival.flow,
    submitProfile,
    launch: useCallback(
      (choice) => {
        setLastFlow(null)
        launch(choice)
      },
      [launch],
    ),
    refresh: useCallback(() => {
      // Whoever presses a button sees that something happens.
      setLastError(null)
      refresh()
    }, [setLastError, refresh]),
  }
}

function toState(
  answer: StatusAnswer | undefined,
  error: unknown,
  trip: Trip,
  lastFlow: FlowView | null,
): OnboardingState {
  // The last answer stands through an outage; without one there is nothing to show.
  if (answer && !isSignedOut(error)) return { name: 'ready', answer, trip, lastFlow, problem: error }
  return error ? { name: 'unreachable', error } : { name: 'loading' }
}

function isWorthPolling(answer: StatusAnswer | undefined, trip: Trip, error: unknown): boolean {
  if (trip.state === 'popup' || error) return true
  return answer?.step.name === 'wait' || answer?.flow?.outcome.state === 'open'
}

interface ArrivalState {
  /** The address has been read; the status may be asked. */
  settled: boolean
  /** The flow that somebody has come back from. */
  flow: string | null
}

/** Deals once with how this page was reached: strips the address, and hands a return over when it is asked to. */
function useArrival(
  { client, goal }: Connection,
  /** Hears of a return that is refused for good. */
  setTrip: (trip: Trip) => void,
): {
  arrival: ArrivalState
  /**
   * Answers the flow of a return that has only now been handed over, else null.
   * @throws ProxyError when that failed; the next call tries again
   */
  handOver: () => Promise<string | null>
} {
  const [arrival, setArrival] = useState<ArrivalState>({ settled: false, flow: null })
  const pending = useRef<PendingReturn | null>(null)
  const isHere = useRef(false)

  const handOver = useCallback(async () => {
    // A widget before this one may have failed only now.
    const taken = pending.current ?? takeReturn(goal)
    if (!taken) return null
    pending.current = null
    try {
      const end = await taken.complete(client)
      // The page that the person came from goes on; here there is nothing more to show.
      if (end.kind === 'leaving') return await new Promise<never>(() => {})
      if (end.kind === 'refused') setTrip({ state: 'failed', error: end.error })
      const flow = end.kind === 'completed' ? end.flow.id : null
      setArrival({ settled: true, flow })
      return flow
    } catch (error) {
      if (isHere.current) pending.current = taken
      else taken.putBack()
      throw error
    }
  }, [client, goal, setTrip])

  useEffect(() => {
    isHere.current = true
    pending.current = takeReturn(goal)
    const flow = pending.current ? null : resumedFlow(window.location.search, goal)
    if (flow !== null) stripAddress()
    // StrictMode comes by twice, and finds the address stripped.
    setArrival((current) => ({ settled: true, flow: flow ?? current.flow }))
    return () => {
      isHere.current = false
      // For whoever is mounted next on this page.
      pending.current?.putBack()
      pending.current = null
    }
  }, [goal])
  return { arrival, handOver }
}
