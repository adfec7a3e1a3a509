import { AstraError } from '../../core/errors.ts'
import { answerJson } from '../answer.ts'
import { trustedCustomerToWire } from '../astra-wire.ts'
import type { Route } from '../context.ts'
import { sha256 } from '../encryption.ts'
import type { TrustedAuthentication, TrustedCustomer } from '../options.ts'
import { thrownBy } from '../partner-functions.ts'
import { isRecentAuthentication } from '../trusted-authentication.ts'

/**
 * `GET customers/:id`: for Astra, Trusted Authentication. The five members of its guide and nothing else; the time is
 * left out when it is older than 30 days. Off unless configured.
 * @see https://docs.astra.finance/docs/trusted-authentication
 */
export const getCustomer: Route = async (context, { request, parameters }) => {
  const { customer, customerToken } = context.options.trustedAuthentication ?? {}
  if (!customer || !customerToken) throw new AstraError('route_not_found')
  if (!isBearer(request, customerToken)) {
    context.audit({ event: 'customer.lookup', customer: null, outcome: 'refused' })
    throw new AstraError('bearer_refused')
  }
  const id = decode(parameters['id'] ?? '')
  const found = id === null ? null : await ask(customer, id)
  context.audit({ event: 'customer.lookup', customer: id, outcome: found ? 'found' : 'unknown' })
  if (id === null || !found) throw new AstraError('route_not_found')
  const { firstName, lastName, phone, lastAuthenticatedAt: at } = found
  const recent = isRecentAuthentication(at, context.now()) ? at : null
  return answerJson(trustedCustomerToWire(id, { firstName, lastName, phone, lastAuthenticatedAt: recent }))
}

async function ask(
  customer: NonNullable<TrustedAuthentication['customer']>,
  id: string,
): Promise<TrustedCustomer | null> {
  try {
    return await customer(id)
  } catch (cause) {
    throw thrownBy('trustedAuthentication.customer', cause, ' Where nobody has that id it must answer null.')
  }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Hashes of equal length, every character looked at: the time it takes says nothing about the token. */
function isBearer(request: Request, token: string): boolean {
  const given = sha256(request.headers.get('authorization') ?? '')
  const wanted = sha256(`Bearer ${token}`)
  let difference = 0
  for (let index = 0; index < wanted.length; index++)
    difference |= given.charCodeAt(index) ^ wanted.charCodeAt(index)
  return difference === 0
}
