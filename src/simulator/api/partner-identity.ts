import { hasClientCredentials, json, refusal } from '../context.ts'
import type { SimulatorContext } from '../context.ts'
import { randomId } from '../store.ts'
import type { TokenSubject } from '../store.ts'

const LIFETIME_MS = 60_000

const SUBJECTS = ['user_intent_id', 'business_profile_id', 'user_id'] as const
const MEMBERS: readonly string[] = ['client_id', 'provider', 'provider_data', ...SUBJECTS]

/**
 * POST /v1/partner/identity/verification: a session token, good for one minute and one use, that spares a person the
 * SMS code. Stricter than Astra: an id that is a User by now is refused, since the guide wants `user_id` then.
 * @see https://docs.astra.finance/reference/post_v1-partner-identity-verification
 */
export async function createSessionToken(context: SimulatorContext, request: Request): Promise<Response> {
  if (!hasClientCredentials(context, request)) return refusal(401, 'Invalid client_id')
  if (!context.trustedAuthentication) {
    return refusal(403, 'Trusted Authentication is not enabled for this client.')
  }
  const body = (await request.json().catch(() => null)) as Record<string, unknown> | null
  if (body === null || typeof body !== 'object') return refusal(400, 'The body is not JSON.')
  const problems = validate(context, body)
  if (Object.keys(problems).length > 0) return refusal(400, problems)
  const name = SUBJECTS.find((subject) => subject in body)
  if (!name) return refusal(400, `One of ${SUBJECTS.join(', ')} is required.`)
  const now = context.now()
  const token = `st_${randomId()}`
  const { state } = context
  state.sessionTokens = state.sessionTokens.filter(({ expiresAt }) => expiresAt > now)
  state.sessionTokens.push({
    token,
    subject: { name, id: String(body[name]) },
    expiresAt: now + LIFETIME_MS,
  })
  return json({ token })
}

/** Uses a token up. Null when it is unknown, over, used already, or for somebody else than the link is. */
export function redeemSessionToken(
  context: SimulatorContext,
  token: string,
  query: URLSearchParams,
): TokenSubject | null {
  const { sessionTokens } = context.state
  const index = sessionTokens.findIndex((known) => known.token === token)
  const [found] = index >= 0 ? sessionTokens.splice(index, 1) : []
  if (!found || found.expiresAt <= context.now()) return null
  const fits = SUBJECTS.every(
    (name) => query.get(name) === (name === found.subject.name ? found.subject.id : null),
  )
  return fits ? found.subject : null
}

function validate(context: SimulatorContext, body: Record<string, unknown>): Record<string, string[]> {
  const problems: Record<string, string[]> = {}
  for (const name of Object.keys(body)) if (!MEMBERS.includes(name)) problems[name] = ['Unknown field.']
  if (body['client_id'] !== context.clientId) problems['client_id'] = ['Invalid client_id']
  if (!['undefined', 'string'].includes(typeof body['provider'])) problems['provider'] = ['Not a string.']
  if (!isProviderData(body['provider_data'])) {
    problems['provider_data'] = ['Only customer_id, a string, is known.']
  }
  const given = SUBJECTS.filter((name) => name in body)
  if (given.length > 1) for (const name of given) problems[name] = ['Only one id is allowed.']
  else if (given[0]) {
    const problem = subjectProblem(context, given[0], body[given[0]])
    if (problem) problems[given[0]] = [problem]
  }
  return problems
}

function subjectProblem({ state }: SimulatorContext, name: TokenSubject['name'], id: unknown): string | null {
  if (name === 'user_id') return state.users.some((user) => user.id === id) ? null : 'No such user_id.'
  const known: readonly { id: string; user_id: string | null }[] =
    name === 'user_intent_id' ? state.intents : state.businessProfiles
  const found = known.find((one) => one.id === id)
  if (!found) return `No such ${name}.`
  return found.user_id ? 'This is a User by now; send user_id.' : null
}

function isProviderData(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).every(([name, text]) => name === 'customer_id' && typeof text === 'string')
}
