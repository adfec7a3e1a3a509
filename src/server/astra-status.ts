import type { AstraError } from '../core/errors.ts'

/** Beside the errors and not on them: whatever becomes of one on its way to the browser, this is for the log alone. */
const statuses = new WeakMap<AstraError, number>()

/** Remembers the HTTP status of the answer of Astra's that an error stands for. */
export function withAstraStatus<T extends AstraError>(error: T, status: number | undefined): T {
  if (status !== undefined) statuses.set(error, status)
  return error
}

/** Undefined where Astra has not answered, or was not asked. */
export function astraStatusOf(error: AstraError): number | undefined {
  return statuses.get(error)
}
