import { createAstraSimulator } from '../../src/simulator/index.ts'
import type { SimulatorOptions } from '../../src/simulator/index.ts'

export const ORIGIN = 'http://127.0.0.1:4010'
export const REDIRECT_URI = 'https://bank.test/return'
export const BASIC = `Basic ${btoa('simulator:simulator-secret')}`
/** A person whom the simulator approves at once, as the API takes her. */
export const MIA = {
  email: 'mia@example.com',
  phone: '+14155550143',
  first_name: 'Mia',
  last_name: 'Okafor',
  address1: '18 Harbor View Rd',
  address2: '',
  city: 'Oakland',
  state: 'CA',
  postal_code: '94607',
  date_of_birth: '1991-11-04',
  ssn: '4821',
  ip_address: '8.8.8.8',
}

/** A simulator, and a client of its API and its screens. */
export function setUp(options: Partial<SimulatorOptions> = {}) {
  const simulator = createAstraSimulator({ redirectUris: [REDIRECT_URI], now: () => 0, ...options })
  const send = (path: string, init: RequestInit = {}) => simulator.fetch(new Request(ORIGIN + path, init))
  const create = async (body: object, authorization = BASIC) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await send('/v1/user_intent', init)
    const answer = (await response.json()) as { id: string; description: unknown }
    return { status: response.status, ...answer }
  }
  const grant = async (form: Record<string, string>, authorization = BASIC) => {
    const body = new URLSearchParams({ redirect_uri: REDIRECT_URI, ...form })
    const response = await send('/v1/oauth/token', { method: 'POST', headers: { authorization }, body })
    const answer: Record<string, unknown> = { status: response.status }
    return Object.assign(answer, await response.json())
  }
  const exchange = (code: string) => grant({ grant_type: 'authorization_code', code })
  const refresh = (token: unknown) => grant({ grant_type: 'refresh_token', refresh_token: String(token) })
  /** JSON to the API, with the client's credentials. */
  const call = async (method: string, path: string, body?: object, authorization = BASIC) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await send(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const user = async (token: unknown) => {
    const response = await send('/v1/user', { headers: { authorization: `Bearer ${String(token)}` } })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  /** Opens any link into the module. */
  const open = (link: string, parameters: Record<string, string>, headers: HeadersInit = {}) => {
    const query = new URLSearchParams({ client_id: 'simulator', redirect_uri: REDIRECT_URI, ...parameters })
    return send(`${link}?${query}`, { headers })
  }
  /** Opens the link into authorize. */
  const enter = async (parameters: Record<string, string>) => {
    const response = await open('/login/oauth/authorize', { response_type: 'code', ...parameters })
    return {
      path: response.headers.get('location') ?? '',
      status: response.status,
      page: await response.text(),
    }
  }
  const post = (path: string, form: Record<string, string> = {}) =>
    send(path, { method: 'POST', body: new URLSearchParams(form) })
  /** Confirms the SMS code. */
  const confirmPhone = async (path: string, phone: string) => {
    await post(`${path}/phone`, { phone })
    const code = /<strong>(\d{6})</.exec(await (await send(path)).text())?.[1] ?? ''
    return post(`${path}/code`, { code })
  }
  /** Opens the link into authorize and confirms the SMS code; answers the path of the visit. */
  const authenticate = async (parameters: Record<string, string>, phone = parameters['phone'] ?? '') => {
    const { path } = await enter(parameters)
    await confirmPhone(path, phone)
    return path
  }
  /** The title of the screen that is due, or where the visit left to. */
  const screen = async (path: string) => {
    const response = await send(path)
    const title = /<h1>(.*)<\/h1>/.exec(await response.text())?.[1]
    return response.headers.get('location') ?? title?.replaceAll('&#39;', "'")
  }
  /** Authenticates, consents and answers the URL it returns to. */
  const authorize = async (parameters: Record<string, string>, phone?: string) => {
    const path = await authenticate(parameters, phone)
    await post(`${path}/consent`)
    const left = await post(`${path}/connect`, { choice: 'none' })
    return new URL(left.headers.get('location') ?? '').searchParams
  }
  /** An intent, its consent, and the code that came back. */
  const consent = async (profile = MIA) => {
    const { id } = await create(profile)
    const query = await authorize({ user_intent_id: id, phone: profile.phone.slice(2) })
    return query.get('authorization_code') ?? ''
  }
  return {
    simulator,
    send,
    post,
    call,
    create,
    grant,
    exchange,
    refresh,
    user,
    open,
    enter,
    screen,
    confirmPhone,
    authenticate,
    authorize,
    consent,
  }
}
