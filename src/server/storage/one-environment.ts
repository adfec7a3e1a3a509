import { AstraError } from '../../core/errors.ts'
import { sha256 } from '../encryption.ts'
import type { Environment } from '../configuration.ts'
import type { AstraStorage } from './storage.ts'

/** Whose the records of a database are. */
interface Owner {
  environment: Environment
  /** SHA-256 of the client id. */
  clientHash: string
}

/**
 * The same storage, for one environment and client: the first to use it leaves a mark, and everybody else is refused
 * before they have read or written anything. An id or a token means something at one Astra only, and sandbox and
 * production on one database would take each other's for their own. Asked until it is known; a refusal each time.
 */
export function ofOneEnvironment(
  storage: AstraStorage,
  { environment, clientId }: { environment: Environment; clientId: string },
): AstraStorage {
  let isOurs = false

  // Each asks for itself until it is known: an answer that somebody else waits for may never come, see SharedWork.
  const whenOurs = <T>(ask: () => Promise<T>): Promise<T> => (isOurs ? ask() : check().then(ask))

  async function check(): Promise<void> {
    const own: Owner = { environment, clientHash: sha256(clientId) }
    const [kind, id] = ['installation', 'owner'] as const
    let owner = (await storage.get(kind, id))?.data as Owner | undefined
    if (!owner) {
      const isFirst = await storage.commit([{ kind, id, expectedVersion: null, data: own }])
      // Else somebody was faster.
      owner = isFirst ? own : ((await storage.get(kind, id))?.data as Owner | undefined)
    }
    if (owner?.environment !== own.environment || owner.clientHash !== own.clientHash)
      throw new AstraError('configuration_invalid', { message: refusal(owner, own) })
    isOurs = true
  }

  const { now } = storage
  return {
    get: (...read) => whenOurs(() => storage.get(...read)),
    find: (...read) => whenOurs(() => storage.find(...read)),
    commit: (...write) => whenOurs(() => storage.commit(...write)),
    increment: (...write) => whenOurs(() => storage.increment(...write)),
    ...(now && { now: () => now.call(storage) }),
  }
}

function refusal(owner: Owner | undefined, own: Owner): string {
  const name = ({ environment, clientHash }: Owner) => `${environment}, client ${clientHash.slice(0, 8)}`
  return `the database belongs to another environment or client of Astra (${owner ? name(owner) : 'unknown'}) than this proxy (${name(own)}; the client is named by the SHA-256 of its ASTRA_CLIENT_ID). Nothing was read or written. Give each a database of its own, or correct ASTRA_ENVIRONMENT and ASTRA_CLIENT_ID.`
}
