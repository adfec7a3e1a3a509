import { useEffect, useLayoutEffect } from 'react'

/** Runs before every plain effect, also before those of what is inside. A server runs none, and React 18 says so there. */
export const useEarlyEffect = typeof window === 'undefined' ? useEffect : useLayoutEffect
