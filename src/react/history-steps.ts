import { useEffect, useState } from 'react'
import { useLatest } from './early-effects.ts'

/** The pages turned since the form began; the last one is shown. */
type Trail = readonly string[]

/** What an entry of ours carries, beside the host's own state. The first page's entry has an empty trail. */
interface Tag {
  form: string
  trail: Trail
}

interface Steps {
  form: string
  isMounted: boolean
  attach: () => () => void
  /** Turns the form to where the browser went. */
  follow: (trail: Trail) => void
  /** Brings the history to where the form is. */
  sync: (trail: Trail) => void
}

const KEY = 'astraSteps'

/** The form whose steps stand in the history. One at a time: entries of two would lie between each other. */
let owner: Steps | null = null
/** What is to be done at the end of a traversal of our own. */
let onArrival: (() => void) | null = null
/** When it began, in ms since the epoch. One that the host has broken off by a navigation never arrives. */
let travelledAt = 0
const LOST_AFTER_MS = 1000
/** What came up meanwhile. */
let afterArrival: (() => void) | null = null

/**
 * Makes the browser's Back and Forward turn the form's pages. Each page turned gets an entry with the same address and
 * the host's own state, so that a router that hears of it finds itself where it was. They go when the form does.
 */
export function useHistorySteps(isOn: boolean, trail: Trail, follow: (trail: Trail) => void): void {
  const latest = useLatest(follow)
  const [steps] = useState(() => createSteps((to) => latest.current(to)))
  useEffect(() => (isOn ? steps.attach() : undefined), [isOn, steps])
  useEffect(() => {
    if (isOn) steps.sync(trail)
  }, [isOn, steps, trail])
}

function createSteps(follow: Steps['follow']): Steps {
  let last: Trail = []
  const steps: Steps = {
    form: String(Math.random()),
    isMounted: false,
    follow,
    attach: () => {
      steps.isMounted = true
      leaveStaleSteps()
      return () => {
        steps.isMounted = false
        // Later, because whoever takes the form down may be about to go to another page; StrictMode brings it back.
        if (owner === steps) setTimeout(() => steps.isMounted || release(steps))
      }
    },
    sync: (trail) => {
      if (!steps.isMounted) return
      if (isTravelling()) {
        afterArrival = () => steps.sync(trail)
        return
      }
      onArrival = null
      if (owner !== steps && (trail.length === 0 || !acquire(steps))) return
      const before = last
      last = trail
      let here = tagHere()
      // The host has written over the entry, or put one of its own on top.
      if (here?.form !== steps.form) here = write('replaceState', { form: steps.form, trail: before })
      const count = here.trail.length
      if (count > trail.length) travel(trail.length - count, () => steps.sync(last))
      else if (count > 0 && here.trail[count - 1] !== trail[count - 1])
        write('replaceState', { form: steps.form, trail: trail.slice(0, count) })
      for (let length = count + 1; length <= trail.length; length++)
        write('pushState', { form: steps.form, trail: trail.slice(0, length) })
    },
  }
  return steps
}

/** The history belongs to the first form that turns a page, as long as its state is one that can carry a tag. */
function acquire(steps: Steps): boolean {
  const state: unknown = history.state
  const isPlain = state === null || Object.getPrototypeOf(state) === Object.prototype
  if (owner?.isMounted || !isPlain) return false
  owner = steps
  window.addEventListener('popstate', onPopState)
  write('replaceState', { form: steps.form, trail: [] })
  return true
}

/** Takes the entries away again, unless the host has gone on: what lies under its page stays, and does nothing. */
function release(steps: Steps): void {
  if (owner !== steps || steps.isMounted) return
  if (isTravelling()) {
    afterArrival = () => release(steps)
    return
  }
  const here = tagHere()
  if (here?.form === steps.form && here.trail.length > 0) {
    travel(-here.trail.length, () => release(steps))
    return
  }
  if (here?.form === steps.form) write('replaceState', null)
  owner = null
  window.removeEventListener('popstate', onPopState)
}

/** A reload, or a return to the page, begins the form anew on top of entries that turn nothing any more. */
function leaveStaleSteps(): void {
  const here = tagHere()
  if (!here || owner || onArrival) return
  if (here.trail.length === 0) {
    write('replaceState', null)
    return
  }
  window.addEventListener('popstate', onPopState)
  travel(-here.trail.length, () => {
    if (!owner) window.removeEventListener('popstate', onPopState)
    leaveStaleSteps()
  })
}

function isTravelling(): boolean {
  return onArrival !== null && Date.now() - travelledAt < LOST_AFTER_MS
}

function travel(distance: number, arrive: () => void): void {
  onArrival = arrive
  travelledAt = Date.now()
  history.go(distance)
}

function onPopState(): void {
  const here = tagHere()
  const [arrive, next] = [onArrival, afterArrival]
  onArrival = null
  afterArrival = null
  if (arrive) {
    arrive()
    next?.()
  } else if (here && here.form === owner?.form && owner.isMounted) {
    owner.follow(here.trail)
  }
}

function tagHere(): Tag | null {
  return (history.state as { [KEY]?: Tag } | null)?.[KEY] ?? null
}

/** By the prototype: routers put their own functions in its place to hear of navigations, and this is none. */
function write<T extends Tag | null>(how: 'pushState' | 'replaceState', tag: T): T {
  const { [KEY]: _, ...rest } = (history.state ?? {}) as Record<string, unknown>
  const state = tag ? { ...rest, [KEY]: tag } : Object.keys(rest).length > 0 ? rest : null
  try {
    History.prototype[how].call(history, state, '')
  } catch {
    // Browsers allow so many entries in so many seconds. Without one, Back leaves the page as ever.
  }
  return tag
}
