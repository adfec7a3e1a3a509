import { hasClientCredentials, json, refusal } from '../context.ts'
import type { SimulatorContext } from '../context.ts'
import { randomId } from '../store.ts'
import { textProblems } from './text-fields.ts'

type Body = Record<string, unknown>

const PROFILES_PER_PHONE = 3
const KYB_TYPES: readonly unknown[] = ['verified', 'unverified', 'receive-only']
const CONTACT = ['first_name', 'last_name', 'email', 'user_id', 'kyb_type'] as const

const BUSINESS = {
  required: ['business_type', 'business_name'],
  optional: [
    'ein',
    'doing_business_as',
    'phone',
    'address1',
    'address2',
    'city',
    'state',
    'postal_code',
    'website',
  ],
}

const PERSON = {
  required: ['first_name', 'last_name'],
  optional: ['email', 'date_of_birth', 'address1', 'address2', 'city', 'state', 'postal_code', 'title'],
}

/**
 * POST /v1/business_profile: what a partner sends before its business customer comes to the module.
 * @see https://docs.astra.finance/reference/post_v1-business-profile
 */
export async function createBusinessProfile(context: SimulatorContext, request: Request): Promise<Response> {
  if (!hasClientCredentials(context, request)) return refusal(401, 'Invalid client_id')
  const body = (await request.json().catch(() => null)) as Body | null
  if (!isObject(body)) return refusal(400, 'The body is not JSON.')
  const problems = validate(body)
  if (Object.keys(problems).length > 0) return refusal(400, problems)

  const { businessProfiles } = context.state
  const { phone } = body as { phone: string }
  if (businessProfiles.filter((profile) => profile.phone === phone).length >= PROFILES_PER_PHONE) {
    return refusal(400, { phone: ['The limit of business profiles for this phone is reached.'] })
  }
  const admin = body['business_admin'] as Record<string, string>
  const text = (name: string) => (body[name] as string | undefined) ?? admin[name] ?? null
  const id = randomId()
  businessProfiles.push({
    id,
    user_id: null,
    phone,
    email: text('email'),
    first_name: text('first_name'),
    last_name: text('last_name'),
    kyb_type: (body['kyb_type'] as string | undefined) ?? 'verified',
    business_info: body['business_info'] as Record<string, string>,
  })
  return json({ id }, 201)
}

/** GET /v1/business_profile/{id}. Whether Astra tells the User's id here is not documented, so it is left out. */
export function readBusinessProfile(context: SimulatorContext, request: Request, id: string): Response {
  if (!hasClientCredentials(context, request)) return refusal(401, 'Invalid client_id')
  const profile = context.state.businessProfiles.find((candidate) => candidate.id === id)
  if (!profile) return refusal(404, 'No such business profile.')
  const { user_id: _, ...known } = profile
  return json(known)
}

function validate(body: Body): Record<string, string[]> {
  const { business_info: business, business_admin: admin, business_controller: controller } = body
  const { beneficial_owners: owners = [], ...rest } = body
  const texts = Object.entries(rest).filter(([name]) => !/^business_(info|admin|controller)$/.test(name))
  const problems = textProblems(Object.fromEntries(texts), { required: ['phone'], optional: CONTACT })
  const part = (name: string, value: unknown, fields: typeof PERSON) => {
    if (!isObject(value)) problems[name] = ['This field is required.']
    else {
      for (const [member, problem] of Object.entries(textProblems(value, fields))) {
        problems[`${name}.${member}`] = problem
      }
    }
  }
  part('business_info', business, BUSINESS)
  part('business_admin', admin, PERSON)
  const isSole = isObject(business) && business['business_type'] === 'soleProprietorship'
  if (controller !== undefined || !isSole) part('business_controller', controller, PERSON)
  if (Array.isArray(owners))
    for (const [index, owner] of owners.entries()) part(`beneficial_owners.${index}`, owner, PERSON)
  else problems['beneficial_owners'] = ['Not a list.']
  if (!KYB_TYPES.includes(body['kyb_type'] ?? 'verified')) {
    problems['kyb_type'] = ['Not one of receive-only, unverified, verified.']
  }
  return problems
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
