import type { SimulatorContext } from '../context.ts'
import { randomId } from '../store.ts'
import type { SimulatedUser } from '../store.ts'

const COOKIE = 'astra_module'
const SESSION_MS = 30 * 60 * 1000

/** The User whose active Authentication this browser holds. */
export function sessionUser(context: SimulatorContext, request: Request): SimulatedUser | null {
  const token = new RegExp(`(?:^|; )${COOKIE}=(\\w+)`).exec(request.headers.get('cookie') ?? '')?.[1]
  const session = context.state.sessions.find(
    (session) => session.token === token && session.expiresAt > context.now(),
  )
  return context.state.users.find(({ id }) => id === session?.userId) ?? null
}

/** Opens a browser session for a User who just authenticated; answers the cookie. */
export function openSession(context: SimulatorContext, userId: string): string {
  const token = randomId()
  context.state.sessions.push({ token, userId, expiresAt: context.now() + SESSION_MS })
  return `${COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax`
}
