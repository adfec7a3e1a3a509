import { AstraError, isAstraError } from '../../core/errors.ts'
import type { AstraStorage } from './storage.ts'

/**
 * The same storage, whose failures are one error: a database that is down, locked or full is 503 to whoever asked, and
 * a delivery of a webhook that cannot be written is repeated by Astra.
 */
export function guardedStorage(storage: AstraStorage): AstraStorage {
  const { now } = storage
  return {
    get: (...read) => guard(() => storage.get(...read)),
    find: (...read) => guard(() => storage.find(...read)),
    commit: (...write) => guard(() => storage.commit(...write)),
    increment: (...write) => guard(() => storage.increment(...write)),
    ...(now && { now: () => guard(() => now.call(storage)) }),
  }
}

async function guard<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    // Our own word on whose the records are; not a failure of the storage.
    if (isAstraError(cause, 'configuration_invalid')) throw cause
    throw new AstraError('storage_unavailable', { cause })
  }
}
