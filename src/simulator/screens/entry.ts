import { redeemSessionToken } from '../api/partner-identity.ts'
import type { SimulatorContext } from '../context.ts'
import { signIn } from '../lifecycle.ts'
import { randomId } from '../store.ts'
import type { Visit } from '../store.ts'
import { html } from './html.ts'
import { page } from './layout.ts'
import { openSession, sessionUser } from './session.ts'

/** A link into the module, and the parameters that it knows besides the common ones. */
interface Link {
  entry: Visit['entry']
  parameters: readonly string[]
}

/** @see https://docs.astra.finance/reference/oauth-links-and-parameters */
const LINKS: Record<string, Link> = {
  '/login/oauth/authorize': {
    entry: 'authorize',
    parameters: [
      'response_type',
      'user_intent_id',
      'user_id',
      'business',
      'business_profile_id',
      'phone',
      'phone_read_only',
      'session_token',
      'debit_direct',
    ],
  },
  '/verify/personal': { entry: 'verify-personal', parameters: ['user_intent_id'] },
  '/verify/business': { entry: 'verify-business', parameters: [] },
  '/verify/document': { entry: 'verify-document', parameters: ['user_intent_id'] },
  '/cards/connect': { entry: 'link-card', parameters: [] },
}

/** Starts a visit, or answers a page that says what is wrong with the link; null for a path that is no entry. */
export function enter(context: SimulatorContext, request: Request): Response | null {
  const url = new URL(request.url)
  const link = LINKS[url.pathname]
  if (!link) return null
  const query = url.searchParams
  const problem = linkProblem(context, query, link)
  if (problem) return page('This link does not work', html`<p class="error">${problem}</p>`, 400)

  const { intent, profile, user } = subjectOf(context, query)
  const converted = context.state.users.find(({ id }) => id === (intent ?? profile)?.user_id)
  const phones = [user, converted, intent, profile].flatMap((known) => known?.phone ?? [])
  const phone = query.get('phone')
  // After a phone change no number fits an intent any more: Astra keeps the old one there.
  if (phone !== null && (!/^\d{10}$/.test(phone) || phones.some((known) => known !== `+1${phone}`))) {
    return page('Token Authentication Required', html`<p>The phone number in the link does not fit.</p>`, 400)
  }

  const wanted = phone === null ? phones[0] : `+1${phone}`
  const visit: Visit = {
    id: randomId(),
    entry: link.entry,
    redirectUri: query.get('redirect_uri') ?? '',
    state: query.get('state'),
    phone: wanted ?? null,
    phoneLocked: query.get('phone_read_only') === 'true',
    phoneConfirmed: false,
    intentId: intent?.id ?? null,
    business: profile !== undefined || query.get('business') === 'true',
    profileId: profile?.id ?? null,
    smsCode: null,
    userId: null,
    isStale: false,
    consented: false,
    photoSent: false,
    connecting: false,
  }
  context.state.visits.push(visit)
  const headers = new Headers({ location: `/visit/${visit.id}`, 'cache-control': 'no-store' })

  const token = query.get('session_token')
  if (token === null) {
    const known = sessionUser(context, request)
    // An active Authentication on this device is enough, unless the link is for another phone.
    if (known && (!wanted || known.phone === wanted)) visit.userId = known.id
  } else {
    const subject = redeemSessionToken(context, token, query)
    const trusted = subject && signIn(context, subject)
    visit.userId = trusted?.id ?? null
    visit.isStale = !trusted
    if (trusted) headers.append('set-cookie', openSession(context, trusted.id))
  }
  return new Response(null, { status: 303, headers })
}

function subjectOf({ state }: SimulatorContext, query: URLSearchParams) {
  const named = (name: string) => {
    const wanted = query.get(name)
    return ({ id }: { id: string }) => id === wanted
  }
  return {
    intent: state.intents.find(named('user_intent_id')),
    profile: state.businessProfiles.find(named('business_profile_id')),
    user: state.users.find(named('user_id')),
  }
}

function linkProblem(context: SimulatorContext, query: URLSearchParams, link: Link): string | null {
  const allowed = ['client_id', 'redirect_uri', 'state', ...link.parameters]
  for (const name of query.keys()) {
    if (!allowed.includes(name)) return `Unknown parameter ${name}.`
    if (query.getAll(name).length > 1) return `Parameter ${name} comes twice.`
  }
  if (query.get('client_id') !== context.clientId) return 'Invalid client_id'
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!context.redirectUris.includes(redirectUri)) return unregistered(redirectUri, context.redirectUris)
  if (link.entry === 'authorize' && query.get('response_type') !== 'code')
    return 'response_type must be code.'
  if (query.has('business') && query.get('business') !== 'true') return 'business must be true.'
  const { intent, profile, user } = subjectOf(context, query)
  if (query.has('user_intent_id') && !intent) return 'No such user_intent_id.'
  if (query.has('business_profile_id') && !profile) return 'No such business_profile_id.'
  if (query.has('user_id') && !user) return 'No such user_id.'
  // With a session token the guide's link has the profile alone.
  if (profile && !query.has('business') && !query.has('session_token')) {
    return 'business_profile_id needs business=true.'
  }
  if (intent && query.has('business')) return 'A user_intent_id is not for a business.'
  return null
}

/** The usual slip of somebody who begins, and Astra's own sentence would not lead them out of it. */
function unregistered(redirectUri: string, registered: readonly string[]): string {
  const isLong = redirectUri.length > LONGEST_SHOWN
  const shown = isLong ? `${redirectUri.slice(0, LONGEST_SHOWN)}…` : redirectUri || '(none)'
  return `The redirect_uri ${shown} is not one of those registered for this client: ${registered.join(', ')}. Register it with --redirect-uri of the command, or in \`redirectUris\` of createAstraSimulator.`
}

const LONGEST_SHOWN = 200
