import { AstraError } from '../core/errors.ts'

/**
 * For what the partner's backend calls by hand: an id out of a database is often a number, and one that was forgotten
 * nothing at all. By such an id nobody would be found, and "forgotten" would be said of somebody who is still there.
 * @throws AstraError `configuration_invalid`
 */
export function requireCustomerId(customerId: unknown, method: string): asserts customerId is string {
  if (typeof customerId === 'string' && customerId !== '') return
  const given = customerId === '' ? 'an empty text' : `of the type ${typeof customerId}`
  throw new AstraError('configuration_invalid', {
    message: `proxy.${method}: the customer's id must be the text that \`identify\` gives as \`id\`; this one is ${given}. Nothing was done.`,
  })
}
