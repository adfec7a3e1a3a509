import type { SimulatorContext } from '../context.ts'
import type { ApiRoute } from '../faults.ts'
import { createBusinessProfile, readBusinessProfile } from './business-profile.ts'
import { listCards } from './cards.ts'
import { grantToken } from './oauth-token.ts'
import { createSessionToken } from './partner-identity.ts'
import { createUserIntent, readUserIntent } from './user-intent.ts'
import { readUser } from './user.ts'

type Handler = (
  context: SimulatorContext,
  request: Request,
  /** The last segment of a path that ends with one. */
  id: string,
) => Response | Promise<Response>

/** Every route of the API. */
export const API: Record<ApiRoute, Handler> = {
  'POST /v1/user_intent': createUserIntent,
  'GET /v1/user_intent/:id': readUserIntent,
  'POST /v1/business_profile': createBusinessProfile,
  'GET /v1/business_profile/:id': readBusinessProfile,
  'POST /v1/partner/identity/verification': createSessionToken,
  'POST /v1/oauth/token': grantToken,
  'GET /v1/user': readUser,
  'GET /v1/cards': listCards,
}

export function findRoute(method: string, path: string): { route: ApiRoute | null; id: string } {
  const [, folder, id = ''] = /^(\/v1\/(?:user_intent|business_profile)\/)([^/]+)$/.exec(path) ?? []
  const route = `${method} ${folder ? `${folder}:id` : path}`
  return { route: isRoute(route) ? route : null, id: decodeURIComponent(id) }
}

function isRoute(name: string): name is ApiRoute {
  return Object.hasOwn(API, name)
}
