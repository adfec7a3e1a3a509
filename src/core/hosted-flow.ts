import { AstraError } from './errors.ts'
import type { HostedFlow } from './next-step.ts'
import { RETURN_PARAMETERS } from './return-parameters.ts'

/** Who is sent to `authorize`; exactly one id, or none after a processed phone change. */
export type AuthorizeSubject =
  { userIntentId: string } | { userId: string } | { businessProfileId: string } | { none: true }

/** What a URL of the hosted module is made of. */
export interface HostedUrlOptions {
  /** Origin of the hosted module, like `https://app.astra.finance`. */
  appOrigin: string
  clientId: string
  redirectUri: string
  /** Our opaque value; always the last parameter. */
  state: string
}

/** What `authorize` needs beyond {@link HostedUrlOptions}. */
export interface AuthorizeUrlOptions extends HostedUrlOptions {
  subject: AuthorizeSubject
  /** Ten digits, no country code. Left out when unknown; then `phone_read_only` is left out too. */
  nationalPhone?: string
  /** Trusted Authentication: skips the SMS step. */
  sessionToken?: string
}

const PATHS = {
  authorize: '/login/oauth/authorize',
  'verify-personal': '/verify/personal',
  'verify-business': '/verify/business',
  'verify-document': '/verify/document',
  'link-card': '/cards/connect',
} as const satisfies Record<HostedFlow, string>

/**
 * URL of `authorize`. The order of the parameters is that of Astra's guides.
 * @see https://docs.astra.finance/reference/oauth-links-and-parameters
 */
export function authorizeUrl(options: AuthorizeUrlOptions): URL {
  const { clientId, redirectUri, subject, sessionToken, nationalPhone } = options
  const client: Parameters = [['client_id', clientId]]
  const redirect: Parameters = [
    ['redirect_uri', redirectUri],
    ['response_type', 'code'],
  ]
  // The guide on Trusted Authentication puts the token first and the subject before the redirect URI; no phone there.
  const parameters: Parameters = sessionToken
    ? [['session_token', sessionToken], ...client, ...subjectParameters(subject), ...redirect]
    : [
        ...client,
        ...redirect,
        ...businessParameters(subject),
        ...subjectParameters(subject),
        ...phoneParameters(nationalPhone),
      ]
  return hostedUrl('authorize', options, parameters)
}

/**
 * URL of a hosted screen for somebody who has authorized already: correction, photo ID, another card.
 * @see https://docs.astra.finance/reference/oauth-links-and-parameters
 */
export function authorizedScreenUrl(flow: Exclude<HostedFlow, 'authorize'>, options: HostedUrlOptions): URL {
  return hostedUrl(flow, options, [
    ['client_id', options.clientId],
    ['redirect_uri', options.redirectUri],
  ])
}

type Parameters = [name: string, value: string][]

function subjectParameters(subject: AuthorizeSubject): Parameters {
  if ('userIntentId' in subject) return [['user_intent_id', subject.userIntentId]]
  if ('userId' in subject) return [['user_id', subject.userId]]
  if ('businessProfileId' in subject) return [['business_profile_id', subject.businessProfileId]]
  return []
}

function businessParameters(subject: AuthorizeSubject): Parameters {
  return 'businessProfileId' in subject ? [['business', 'true']] : []
}

function phoneParameters(nationalPhone: string | undefined): Parameters {
  if (!nationalPhone) return []
  return [
    ['phone', nationalPhone],
    ['phone_read_only', 'true'],
  ]
}

function hostedUrl(flow: HostedFlow, { appOrigin, state }: HostedUrlOptions, parameters: Parameters): URL {
  const url = new URL(PATHS[flow], appOrigin)
  for (const [name, value] of [...parameters, ['state', state] as const]) url.searchParams.append(name, value)
  return url
}

/** Ten digits of a US number in E.164, as the hosted module wants them: `+14155550142` becomes `4155550142`. */
export function nationalDigits(e164: string): string | undefined {
  return /^\+1(\d{10})$/.exec(e164)?.[1]
}

/** What a redirect back from the hosted module brought. */
export type HostedReturn =
  | { kind: 'code'; code: string; state: string | null }
  /** Returned without a code: normal after a verification, a refusal of consent after authorize. */
  | { kind: 'no-code'; state: string | null; declined: boolean }

/**
 * Reads a return from its query string. Astra's docs call the parameter `authorization_code`, newer practice `code`:
 * both are read.
 *
 * @throws AstraError `return_malformed` when a parameter comes twice, or the two names of the code disagree.
 * @see RFC 6749 §4.1.2, RFC 9700 §4.5
 */
export function parseHostedReturn(query: URLSearchParams): HostedReturn {
  for (const name of RETURN_PARAMETERS) {
    if (query.getAll(name).length > 1) throw new AstraError('return_malformed')
  }
  const code = query.get('code')
  const authorizationCode = query.get('authorization_code')
  if (code && authorizationCode && code !== authorizationCode) throw new AstraError('return_malformed')
  const state = query.get('state')
  const error = query.get('error')
  const either = code || authorizationCode
  if (either && error) throw new AstraError('return_malformed')
  if (either) return { kind: 'code', code: either, state }
  return { kind: 'no-code', state, declined: error === 'access_denied' }
}
