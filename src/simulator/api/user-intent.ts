import { hasClientCredentials, json, refusal } from '../context.ts'
import type { SimulatorContext } from '../context.ts'
import { addIntent } from '../lifecycle.ts'
import { scenarioOf } from '../scenarios.ts'
import { randomId } from '../store.ts'
import { textProblems } from './text-fields.ts'

type Fields = Record<string, string>

const REQUIRED = [
  'email',
  'phone',
  'first_name',
  'last_name',
  'address1',
  'city',
  'state',
  'postal_code',
  'ip_address',
] as const

const OPTIONAL = ['address2', 'preferred_first_name', 'preferred_last_name', 'preferred_pronouns'] as const

/** Which of the personal proofs each verification type requires. */
const PROOFS = new Map<unknown, readonly string[]>([
  ['verified', ['date_of_birth', 'ssn']],
  ['unverified', ['date_of_birth']],
  ['receive-only', []],
])

/**
 * POST /v1/user_intent: stricter than Astra, so that a wrong member is noticed here and not in production.
 * @see https://docs.astra.finance/reference/post_v1-user-intent
 */
export async function createUserIntent(context: SimulatorContext, request: Request): Promise<Response> {
  if (!hasClientCredentials(context, request)) return refusal(401, 'Invalid client_id')
  const body = (await request.json().catch(() => null)) as Record<string, unknown> | null
  if (body === null || typeof body !== 'object') return refusal(400, 'The body is not JSON.')
  const problems = validate(context, body)
  if (Object.keys(problems).length > 0) return refusal(400, problems)

  const fields = body as unknown as Fields
  const { email, phone } = fields as { email: string; phone: string }
  const known = [...context.state.intents, ...context.state.users]
  if (known.some((one) => one.email === email && one.phone === phone && isBarred(one.status))) {
    return refusal(
      403,
      'A user with this email and phone number combination was screened by Astra and was not permitted on the platform',
    )
  }
  if (context.state.intents.filter((intent) => intent.email === email).length >= context.intentsPerEmail) {
    return refusal(400, { email: ['The limit of user intents for this email is reached.'] })
  }

  const profile = {
    email,
    phone,
    first_name: fields['first_name'] ?? '',
    last_name: fields['last_name'] ?? '',
    preferred_first_name: fields['preferred_first_name'] ?? null,
    preferred_last_name: fields['preferred_last_name'] ?? null,
    preferred_pronouns: fields['preferred_pronouns'] ?? null,
    date_of_birth: fields['date_of_birth'] ?? '',
  }
  const scenario = scenarioOf(profile)
  const id = randomId()
  addIntent(context, {
    ...profile,
    id,
    user_id: null,
    status: scenario.initial,
    scenario,
    pendingUntil: scenario.pending ? context.now() + scenario.pending.seconds * 1000 : null,
    kyc_type: fields['kyc_type'] ?? 'verified',
    metadata: (body['metadata'] as Fields | undefined) ?? {},
  })
  return json({ id }, 201)
}

/** GET /v1/user_intent/{id}. @see https://docs.astra.finance/reference/get_v1-user-intent-id */
export function readUserIntent(context: SimulatorContext, request: Request, id: string): Response {
  if (!hasClientCredentials(context, request)) return refusal(401, 'Invalid client_id')
  const intent = context.state.intents.find((candidate) => candidate.id === id)
  if (!intent) return refusal(404, 'No such user intent.')
  const { user_id, email, phone, first_name, last_name, status } = intent
  const { preferred_first_name, preferred_last_name, preferred_pronouns } = intent
  return json({
    id,
    // Present only once converted.
    ...(user_id && { user_id }),
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

function isBarred(status: string): boolean {
  return status === 'rejected' || status === 'suspended'
}

function validate(context: SimulatorContext, body: Record<string, unknown>): Record<string, string[]> {
  const { metadata, ...texts } = body
  const proofs = PROOFS.get(body['kyc_type'] ?? 'verified')
  if (!proofs) return { kyc_type: ['Not one of receive-only, unverified, verified.'] }
  const problems = textProblems(texts, {
    required: [...REQUIRED, ...proofs.filter((name) => !(context.kycDelegation && name === 'ssn'))],
    optional: [...OPTIONAL, 'date_of_birth', 'ssn', 'kyc_type'],
  })
  if (!isMetadata(metadata ?? {})) problems['metadata'] = ['At most 25 keys with short text values.']
  return problems
}

/** @see https://docs.astra.finance/reference/custom-metadata */
function isMetadata(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= 25 &&
    entries.every(
      ([key, text]) =>
        /^[a-zA-Z0-9_.-]{1,64}$/.test(key) &&
        typeof text === 'string' &&
        text.length >= 1 &&
        text.length <= 256,
    )
  )
}
