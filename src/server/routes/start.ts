import { AstraError, isAstraError } from '../../core/errors.ts'
import type { AstraErrorCode } from '../../core/errors.ts'
import { authorizedScreenUrl, authorizeUrl, nationalDigits } from '../../core/hosted-flow.ts'
import type { AuthorizeSubject } from '../../core/hosted-flow.ts'
import { answerPage } from '../answer.ts'
import type { ProxyContext, Route } from '../context.ts'
import { readCustomer } from '../customer.ts'
import type { Customer } from '../customer.ts'
import { sha256 } from '../encryption.ts'
import { flowChange, newState, readOwnFlow } from '../flow.ts'
import type { Flow } from '../flow.ts'
import { identify } from '../request.ts'

/** `GET flows/:id/start`: navigation only. Sends the browser to Astra; the address never passes through a script. */
export const getStart: Route = async (context, incoming) => {
  try {
    return await start(context, incoming)
  } catch (error) {
    if (!isAstraError(error)) throw error
    context.logger.warn(
      { code: error.code, route: 'start', requestId: error.requestId },
      'a flow could not start',
    )
    return answerPage({ title: 'Not opened', body: SENTENCES[error.code] ?? COULD_NOT_OPEN }, error.status)
  }
}

const start: Route = async (context, { request, browser, parameters }) => {
  const mode = request.headers.get('sec-fetch-mode')
  if (mode !== null && mode !== 'navigate') throw new AstraError('cross_site_request')
  const identity = await identify(context, request)
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const record = await readOwnFlow(context, parameters['id'] ?? '', browser)
    if (!record || record.data.expiresAt <= context.now()) throw new AstraError('flow_not_found')
    if (identity && identity.id !== record.data.customerId) throw new AstraError('flow_not_found')
    if (record.data.progress.state !== 'open') throw new AstraError('flow_closed')
    const state = newState(context, record.id)
    const url = await hostedUrl(context, record.data, state)
    const stateHashes = [...record.data.stateHashes.slice(-9), await sha256(state)]
    if (
      await context.storage.commit([flowChange(record.id, record.version, { ...record.data, stateHashes })])
    ) {
      const headers = { location: url.href, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
      return new Response(null, { status: 302, headers })
    }
    // Another start of the same flow, from a reload, came in between: this one is as good.
  }
  throw new AstraError('storage_conflict')
}

const TRIES = 5

async function hostedUrl(context: ProxyContext, { flow, customerId }: Flow, state: string): Promise<URL> {
  const { app: appOrigin, clientId, redirectUri } = context.configuration
  const base = { appOrigin, clientId, redirectUri, state }
  if (flow !== 'authorize') return authorizedScreenUrl(flow, base)
  const { data: customer } = await readCustomer(context.storage, customerId)
  if (!customer.intent) return authorizeUrl({ ...base, subject: { none: true } })
  // We keep no phone: Astra's own record has the one that the module expects.
  const { phone } = await context.astra.readUserIntent(customer.intent.id)
  const nationalPhone = nationalDigits(phone)
  return authorizeUrl({
    ...base,
    subject: subjectOf(context, customer),
    ...(nationalPhone && { nationalPhone }),
  })
}

function subjectOf(context: ProxyContext, { intent }: Customer): AuthorizeSubject {
  if (!intent) return { none: true }
  const isAgain = intent.status === 'converted_to_user' && context.options.reauthorizeWith === 'user_id'
  return isAgain && intent.userId ? { userId: intent.userId } : { userIntentId: intent.id }
}

const COULD_NOT_OPEN =
  '<h1>This page could not be opened</h1><p>Close it, go back to the app and start again. Nothing was lost.</p>'

const SENTENCES: Partial<Record<AstraErrorCode, string>> = {
  flow_not_found:
    '<h1>This link belongs to another window</h1><p>It works once, for one hour, in the browser that opened it. Go back to the app and start again.</p>',
  flow_closed: '<h1>This is done already</h1><p>You can close this window and go back to the app.</p>',
  astra_unavailable:
    '<h1>Astra is not answering</h1><p>Wait a minute, then <a href="">try again</a>. Nothing was lost.</p>',
}
