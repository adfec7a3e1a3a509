'use client'
import { sendSignal } from './launch/signals.ts'

/**
 * Lets every widget and hook of this origin ask the proxy at once: for a page that has learnt of a change before they
 * have, as when a call to its own backend was refused with `reauthorization_required`.
 *
 * @example
 * if (answer.code === 'reauthorization_required') refreshAstraStatus()
 */
export function refreshAstraStatus(): void {
  sendSignal('')
}
