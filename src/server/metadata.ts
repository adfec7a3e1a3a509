import { AstraError } from '../core/errors.ts'
import type { AstraProxyOptions, Identity } from './options.ts'
import { isStrayPromise, thrownBy } from './partner-functions.ts'

const MOST_KEYS = 25

/** The key under which an attempt to create a user intent travels, and comes back in webhooks. */
export const ATTEMPT_KEY = 'astra_onboarding_attempt'

/** Ours, not Astra's: names with which JavaScript objects are poisoned. */
const RESERVED = ['__proto__', 'constructor', 'prototype']

/**
 * Whether a value may be sent as `metadata`: an object of at most 25 short texts under plain keys.
 * @see https://docs.astra.finance/reference/custom-metadata
 */
export function isMetadata(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entries = Object.entries(value)
  return entries.length <= MOST_KEYS && entries.every(([key, text]) => isKey(key) && isText(text))
}

/**
 * What the partner's function gives for a customer. It is not waited for, and a promise would be spread into nothing.
 * @throws AstraError `metadata_invalid`, `internal` when it throws
 */
export function partnersMetadata(
  metadata: AstraProxyOptions['metadata'],
  identity: Identity,
): Record<string, string> {
  let given: unknown
  try {
    given = metadata?.(identity) ?? {}
  } catch (cause) {
    throw thrownBy('metadata', cause)
  }
  if (isStrayPromise(given))
    throw new AstraError('metadata_invalid', {
      message: '`metadata` must return an object, not a promise: what takes time belongs into `identify`.',
    })
  if (!isMetadata(given)) throw new AstraError('metadata_invalid')
  return given
}

function isKey(key: string): boolean {
  return /^[a-zA-Z0-9_.-]{1,64}$/.test(key) && !RESERVED.includes(key)
}

function isText(text: unknown): boolean {
  return typeof text === 'string' && text.length >= 1 && text.length <= 256
}
