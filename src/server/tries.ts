import { AstraError, isAstraError } from '../core/errors.ts'
import { fraction } from './retry.ts'

/** What is needed to pause between tries. */
export interface TriesContext {
  wait: (ms: number) => Promise<void>
  random: (bytes: Uint8Array<ArrayBuffer>) => void
}

const TRIES = 20
const FIRST_PAUSE_MS = 4
const LONGEST_PAUSE_MS = 200
/** However slow the storage is: nobody waits longer for others to get out of the way. */
const LIMIT_MS = 10_000

/**
 * Tries until `write` answers something else than null, which means that somebody else has written in between. Random,
 * growing pauses keep those who met from meeting again.
 *
 * @throws AstraError `storage_conflict` after twenty tries or ten seconds
 */
export async function untilWritten<T>(
  { wait, random }: TriesContext,
  write: () => Promise<T | null>,
): Promise<T> {
  const deadline = performance.now() + LIMIT_MS
  for (let retry = 0; ; retry++) {
    const written = await write()
    if (written !== null) return written
    if (retry === TRIES - 1 || performance.now() >= deadline) throw new AstraError('storage_conflict')
    await wait(fraction(random) * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** retry))
  }
}

/** For what is not given up because the storage failed for a moment: Astra has acted already, and acts once. */
const PAUSES_MS = [100, 400, 1_500, 3_000]

/**
 * Works again while the storage fails, for the five seconds that a database takes to start anew. `work` must bear that a
 * failed try was written all the same.
 */
export async function insist<T>({ wait }: Pick<TriesContext, 'wait'>, work: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await work()
    } catch (error) {
      if (!isAstraError(error, 'storage_unavailable') && !isAstraError(error, 'storage_conflict')) throw error
      await wait(pause)
    }
  }
  return work()
}
