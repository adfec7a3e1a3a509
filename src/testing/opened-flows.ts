import type { OpenFlowAnswer } from '../core/contract.ts'

/** The hosted flows that a page has opened and nobody has walked through yet. */
export interface OpenedFlows {
  add(opened: OpenFlowAnswer): void
  /** The newest one; waits for it. */
  take(): Promise<OpenFlowAnswer>
  clear(): void
}

const PATIENCE_MS = 5_000

/** Kept from before a test stops the time. */
const { setTimeout: realTimeout, clearTimeout: clearRealTimeout } = globalThis

export function createOpenedFlows(): OpenedFlows {
  let newest: OpenFlowAnswer | null = null
  let waiting: ((opened: OpenFlowAnswer) => void) | null = null
  return {
    add: (opened) => {
      if (waiting) waiting(opened)
      else newest = opened
      waiting = null
    },
    take: () => {
      const found = newest
      newest = null
      if (found) return Promise.resolve(found)
      return new Promise((resolve, reject) => {
        const giveUp = realTimeout(() => {
          waiting = null
          reject(
            new Error(
              '[astra] The page has opened no hosted flow. Press "Continue to Astra" first, and check that `basePath` is the same in mockAstra and in the widget.',
            ),
          )
        }, PATIENCE_MS)
        waiting = (opened) => {
          clearRealTimeout(giveUp)
          resolve(opened)
        }
      })
    },
    clear: () => {
      newest = null
      waiting = null
    },
  }
}
