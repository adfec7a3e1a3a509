import { AstraError, isAstraError } from '../core/errors.ts'

/**
 * The failure of one of the partner's functions, which says whose it is.
 * @param cure what the function should have done instead
 */
export function thrownBy(name: string, cause: unknown, cure = ''): AstraError {
  if (isAstraError(cause)) return cause
  // By its class: its own words might quote a value.
  const message = `\`${name}\` threw; \`cause\` has the class of the error.${cure}`
  return new AstraError('internal', { message, cause })
}

/** Also one of a library's own class. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}

/** Whether a function that is not waited for has answered a promise. One that rejects must not end the process. */
export function isStrayPromise(value: unknown): boolean {
  if (!isPromise(value)) return false
  Promise.resolve(value).catch(() => {})
  return true
}
