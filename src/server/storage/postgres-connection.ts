import { causeOf } from '../failure-log.ts'
import { within } from '../time-limit.ts'

/** What is used of a pool of connections; `Pool` of the package `pg` has it. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>
  on?(event: 'error', listener: (error: Error) => void): unknown
}

/** One connection, borrowed from a {@link PostgresPool}. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>
  /** With an error: the pool closes the connection instead of lending it again. */
  release(error?: Error): void
  /** Of the session on the server; behind a balancer of connections it may be another one's, or none. */
  processID?: number | null | undefined
  on?(event: 'error', listener: (error: Error) => void): unknown
  removeListener?(event: 'error', listener: (error: Error) => void): unknown
}

interface PostgresResult {
  rows: unknown[]
  /** How many rows were written. */
  rowCount: number | null
}

/** How long the database may take, in ms. */
export interface PostgresLimits {
  /** Until the pool lends a connection. Default 5,000. */
  connection: number
  /** For one statement, waiting for locks included. Default 5,000. */
  statement: number
  /**
   * For finding out whether a commit took place whose acknowledgement was lost. Default 15,000: the server itself ends
   * a forgotten transaction after 10,000.
   */
  outcome: number
}

/** Sends one statement on a borrowed connection. */
export type Query = (text: string, values?: unknown[]) => Promise<PostgresResult>

const IDLE_IN_TRANSACTION_MS = 10_000
const CONFLICT_RETRIES = 3
/** As many as a pool of the usual size may hold of a server that is gone or has become a replica. */
const DROPPED_CONNECTIONS = 10

/** The connection is of no use any more. What was sent last may have taken effect. */
class ConnectionLost extends Error {}

/** Nothing came back in time; the connection is given up. */
class AnswerMissing extends Error {}

/** COMMIT was sent and not acknowledged: the transaction may have taken place. `cause` says what went wrong. */
export class CommitUnacknowledged extends Error {}

/** Uses of connections, each within its time. */
export interface Connections {
  /** Lends a connection. */
  lend<T>(work: (query: Query) => Promise<T>): Promise<T>
  /**
   * Runs `work` in a transaction, which is committed if it answers true and rolled back if false.
   * @throws CommitUnacknowledged
   */
  transaction(work: (query: Query) => Promise<boolean>): Promise<boolean>
  /**
   * Does it again after a deadlock, and on another connection when this one broke or leads to a read-only server. What
   * a {@link CommitUnacknowledged} tells of must be known not to have taken place.
   */
  persist<T>(attempt: () => Promise<T>): Promise<T>
}

export function createConnections(pool: PostgresPool, limits: PostgresLimits): Connections {
  // Without a listener the end of an idle connection would end the process; the pool replaces it by itself.
  pool.on?.('error', ignore)

  const begin = `BEGIN ISOLATION LEVEL READ COMMITTED;
    SET LOCAL statement_timeout = ${Math.ceil(limits.statement)};
    SET LOCAL idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS};
    SELECT set_config('synchronous_commit', 'on', true)
      WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`

  async function borrow(): Promise<PostgresClient> {
    const asked = pool.connect()
    try {
      return await within(limits.connection, asked, () => {
        asked.then((late) => late.release(), ignore)
        throw new Error(
          `[astra] postgresStorage: no connection within ${limits.connection} ms. The pool is used up, or the database cannot be reached.`,
        )
      })
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('[astra]')) throw error
      throw new Error(`[astra] postgresStorage: no connection to the database: ${causeOf(error)}`, {
        cause: error,
      })
    }
  }

  async function ask(client: PostgresClient, text: string, values?: unknown[]): Promise<PostgresResult> {
    // The server is to be the first to give up: then the connection can still be used.
    const limit = limits.statement + 1_000
    const missing = () => {
      throw new AnswerMissing(`[astra] postgresStorage: the database did not answer within ${limit} ms.`)
    }
    try {
      return await within(limit, client.query(text, values), missing)
    } catch (error) {
      if (error instanceof AnswerMissing || leavesConnectionUsable(error)) throw error
      throw new ConnectionLost(`[astra] postgresStorage: the connection broke: ${causeOf(error)}`, {
        cause: error,
      })
    }
  }

  async function lend<T>(work: (query: Query) => Promise<T>, isCancel = false): Promise<T> {
    const client = await borrow()
    // A connection that ends between two statements says so by this event only.
    client.on?.('error', ignore)
    let fault: Error | undefined
    try {
      return await work((text, values) => ask(client, text, values))
    } catch (error) {
      if (spoilsConnection(error)) fault = error
      throw error
    } finally {
      client.release(fault)
      client.removeListener?.('error', ignore)
      if (fault instanceof AnswerMissing && !isCancel) void cancel(client)
    }
  }

  /**
   * A session that waits for a lock does not notice that its client has gone. Left alone they would take all connections
   * that the server has, and count afterwards what was refused long before.
   */
  async function cancel({ processID }: PostgresClient): Promise<void> {
    if (typeof processID !== 'number') return
    await lend((query) => query('SELECT pg_cancel_backend($1)', [processID]), true).catch(ignore)
  }

  return {
    lend,
    transaction(work) {
      return lend(async (query) => {
        let isWanted: boolean
        try {
          await query(begin)
          isWanted = await work(query)
        } catch (error) {
          if (!spoilsConnection(error)) await query('ROLLBACK')
          throw error
        }
        if (!isWanted) {
          await query('ROLLBACK')
          return false
        }
        try {
          await query('COMMIT')
        } catch (cause) {
          // Even an error that the server itself reports proves nothing: it may have written before it broke down.
          throw new CommitUnacknowledged('[astra] postgresStorage: COMMIT was not acknowledged.', { cause })
        }
        return true
      })
    },
    async persist(attempt) {
      const deadline = performance.now() + limits.outcome
      let conflicts = 0
      let dropped = 0
      for (;;) {
        try {
          return await attempt()
        } catch (error) {
          const isUnacknowledged = error instanceof CommitUnacknowledged
          const reason = isUnacknowledged ? error.cause : error
          const isBroken =
            reason instanceof ConnectionLost || (isUnacknowledged && reason instanceof AnswerMissing)
          const mayRetry =
            (isConflict(reason) && conflicts++ < CONFLICT_RETRIES) ||
            (isBroken && dropped++ < DROPPED_CONNECTIONS)
          if (!mayRetry || performance.now() > deadline) throw reason
        }
      }
    },
  }
}

function ignore(): void {}

function spoilsConnection(error: unknown): error is Error {
  return (
    error instanceof ConnectionLost || error instanceof AnswerMissing || error instanceof CommitUnacknowledged
  )
}

/**
 * True for an error that the server reported about the statement. Not for those with which it ends the session (57P..,
 * 25P03, 08...), nor for a refusal to write (25006): after a fail-over the connection may lead to what is a replica now.
 */
function leavesConnectionUsable(error: unknown): boolean {
  // `severity` tells SQLSTATE from the codes of the operating system, of which EPIPE has five characters, too.
  return (
    isReport(error) && typeof error.severity === 'string' && !/^(57P|25P03|08|25006)/.test(error.code ?? '')
  )
}

/** Serialization failure or deadlock: the transaction was rolled back and may be repeated. */
function isConflict(error: unknown): boolean {
  return isReport(error) && (error.code === '40001' || error.code === '40P01')
}

function isReport(error: unknown): error is Error & { code?: string; severity?: string } {
  return error instanceof Error
}
