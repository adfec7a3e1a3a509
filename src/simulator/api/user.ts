import { json, refusal } from '../context.ts'
import type { SimulatorContext } from '../context.ts'
import { bearer } from './bearer.ts'

/** GET /v1/user. @see https://docs.astra.finance/reference/get_v1-user */
export function readUser(context: SimulatorContext, request: Request): Response {
  const user = bearer(context, request)
  if (!user) return refusal(401, 'token authentication required')
  const { id, email, phone, first_name, last_name, status } = user
  const { preferred_first_name, preferred_last_name, preferred_pronouns } = user
  return json({
    id,
    email,
    phone,
    first_name,
    last_name,
    preferred_first_name,
    preferred_last_name,
    preferred_pronouns,
    status,
  })
}
