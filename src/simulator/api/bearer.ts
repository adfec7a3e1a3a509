import type { SimulatorContext } from '../context.ts'
import type { SimulatedUser } from '../store.ts'

/** The User whose access token a request carries; null when it is none or over. */
export function bearer(context: SimulatorContext, request: Request): SimulatedUser | null {
  const token = request.headers.get('authorization')?.replace(/^Bearer /, '')
  const now = context.now()
  return (
    context.state.users.find(
      ({ access }) => access !== null && access.token === token && access.expiresAt > now,
    ) ?? null
  )
}
