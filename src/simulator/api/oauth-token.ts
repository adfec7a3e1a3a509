import { hasClientCredentials, json } from '../context.ts'
import type { SimulatorContext } from '../context.ts'
import { randomId } from '../store.ts'
import type { SimulatedUser } from '../store.ts'

const ACCESS_SECONDS = 2 * 60 * 60
const REFRESH_SECONDS = 10 * 24 * 60 * 60

type Grant = (context: SimulatorContext, form: URLSearchParams) => SimulatedUser | null

/** Grant type to the check that finds the user it speaks for. */
const GRANTS = new Map<string, { parameters: readonly string[]; find: Grant }>([
  ['authorization_code', { parameters: ['grant_type', 'code', 'redirect_uri'], find: redeemCode }],
  ['refresh_token', { parameters: ['grant_type', 'refresh_token', 'redirect_uri'], find: findRefreshToken }],
])

/**
 * POST /v1/oauth/token: form-encoded, Basic credentials, both grants.
 * @see https://docs.astra.finance/reference/post_v1-oauth-token
 */
export async function grantToken(context: SimulatorContext, request: Request): Promise<Response> {
  if (!hasClientCredentials(context, request)) return oauthError(401, 'invalid_client')
  if (!request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) {
    return oauthError(400, 'invalid_request', 'The body must be form-encoded.')
  }
  const form = new URLSearchParams(await request.text())
  const grant = GRANTS.get(form.get('grant_type') ?? '')
  if (!grant) return oauthError(400, 'unsupported_grant_type')
  for (const name of grant.parameters) {
    if (form.getAll(name).length !== 1)
      return oauthError(400, 'invalid_request', `Exactly one ${name} is required.`)
  }
  for (const name of form.keys()) {
    if (!grant.parameters.includes(name))
      return oauthError(400, 'invalid_request', `Unknown parameter ${name}.`)
  }
  const user = grant.find(context, form)
  return user ? issue(context, user) : oauthError(400, 'invalid_grant')
}

function redeemCode(context: SimulatorContext, form: URLSearchParams): SimulatedUser | null {
  const { codes, users } = context.state
  const index = codes.findIndex(({ code }) => code === form.get('code'))
  // Single use: taken out whether or not the rest fits.
  const [found] = index >= 0 ? codes.splice(index, 1) : []
  if (!found || found.expiresAt <= context.now() || found.redirectUri !== form.get('redirect_uri'))
    return null
  return users.find(({ id }) => id === found.userId) ?? null
}

function findRefreshToken(context: SimulatorContext, form: URLSearchParams): SimulatedUser | null {
  if (!context.redirectUris.includes(form.get('redirect_uri') ?? '')) return null
  const now = context.now()
  const isAlive = ({ token, expiresAt }: { token: string; expiresAt: number }) =>
    token === form.get('refresh_token') && expiresAt > now
  return context.state.users.find(({ refresh }) => refresh.some(isAlive)) ?? null
}

function issue(context: SimulatorContext, user: SimulatedUser): Response {
  const now = context.now()
  const refreshToken = `rt_${randomId()}`
  user.access = { token: `at_${randomId()}`, expiresAt: now + ACCESS_SECONDS * 1000 }
  user.refresh.push({ token: refreshToken, expiresAt: now + REFRESH_SECONDS * 1000 })
  return json({
    access_token: user.access.token,
    refresh_token: refreshToken,
    expires_in: ACCESS_SECONDS,
    token_type: 'bearer',
  })
}

function oauthError(status: number, error: string, error_description?: string): Response {
  return json({ error, ...(error_description && { error_description }) }, status)
}
