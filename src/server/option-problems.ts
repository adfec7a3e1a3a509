import type { KycType, OptionalField } from '../core/profile.ts'
import type { AstraProxyOptions, Limits, TrustedAuthentication } from './options.ts'
import type { AstraStorage } from './storage/storage.ts'

/** Compilers check what is typed; many a configuration is written in JavaScript, or read from somewhere. */
const KYC_TYPES: Record<KycType, true> = { verified: true, unverified: true, 'receive-only': true }

const REAUTHORIZATIONS: Record<NonNullable<AstraProxyOptions['reauthorizeWith']>, true> = {
  user_intent_id: true,
  user_id: true,
}

const OPTIONAL_FIELDS: Record<OptionalField, true> = {
  preferredFirstName: true,
  preferredLastName: true,
  preferredPronouns: true,
  dateOfBirth: true,
  ssnLast4: true,
}

const LIMITS: Record<keyof Limits, true> = {
  flowsPerHour: true,
  creationsPerCustomerAndDay: true,
  creationsPerAddressAndHour: true,
  creationsPerPersonIn30Days: true,
}

const OPTIONS: Record<keyof AstraProxyOptions, true> = {
  identify: true,
  storage: true,
  env: true,
  basePath: true,
  allowedOrigins: true,
  kycType: true,
  kycDelegation: true,
  minimumAge: true,
  optionalFields: true,
  reauthorizeWith: true,
  trustedAuthentication: true,
  onChange: true,
  metadata: true,
  limits: true,
  clientIp: true,
  trustedHops: true,
  fetch: true,
  transport: true,
  retries: true,
  now: true,
  random: true,
  wait: true,
  logger: true,
}

const TRUST_OPTIONS: Record<keyof TrustedAuthentication, true> = {
  provider: true,
  customer: true,
  customerToken: true,
}

const STORAGE_METHODS = ['get', 'find', 'commit', 'increment'] as const satisfies (keyof AstraStorage)[]

const FUNCTIONS = ['onChange', 'metadata', 'clientIp', 'fetch', 'transport', 'now', 'random', 'wait'] as const

/**
 * What is wrong with the options, each with its cure: what would count for nothing, or fail only when a customer comes.
 * Path and origins are checked where they are read, beside the environment.
 */
export function optionProblems(options: AstraProxyOptions): string[] {
  return [
    ...requiredProblems(options),
    ...nameProblems(options, OPTIONS),
    ...closedSetProblems(options),
    ...limitProblems(options.limits ?? {}),
    ...numberProblems(options),
    ...trustProblems(options.trustedAuthentication),
    ...loggerProblems(options.logger),
    ...FUNCTIONS.filter((name) => !isFunctionOrNone(options[name])).map(
      (name) => `\`${name}\` must be a function.`,
    ),
  ]
}

function* requiredProblems({ identify, storage }: Partial<AstraProxyOptions>): Iterable<string> {
  if (!identify)
    yield '`identify` is missing: a function that returns { id } of the signed-in customer, or null.'
  else if (typeof identify !== 'function')
    yield '`identify` must be a function that returns { id } of the signed-in customer, or null.'
  if (!storage) yield "`storage` is missing: for example sqliteStorage('astra.db')."
  else if (!STORAGE_METHODS.every((method) => typeof storage[method] === 'function'))
    yield "`storage` is not a storage, with `get`, `find`, `commit` and `increment`: give what sqliteStorage('astra.db'), postgresStorage(pool) or memoryStorage() returns."
}

/** A misspelt option counts for nothing, and the default may be the wrong address of everybody. */
function* nameProblems(given: object, known: object, prefix = ''): Iterable<string> {
  // An object of a class has members of its own.
  if (![Object.prototype, null].includes(Object.getPrototypeOf(given))) return
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(known, name) || (value ?? null) === null) continue
    const near = Object.keys(known).find((other) => isNear(name.toLowerCase(), other.toLowerCase()))
    const cure = near ? `did you mean \`${prefix}${near}\`?` : `there are ${listed(known, 'and')}.`
    yield `\`${prefix}${name}\` is no option; ${cure}`
  }
}

function isNear(name: string, other: string): boolean {
  return name.length > 2 && (name.startsWith(other) || other.startsWith(name))
}

function* closedSetProblems(options: AstraProxyOptions): Iterable<string> {
  // Null is what JavaScript has for what is left out.
  const kycType = options.kycType ?? 'verified'
  const reauthorizeWith = options.reauthorizeWith ?? 'user_intent_id'
  if (!Object.hasOwn(KYC_TYPES, kycType)) yield `\`kycType\` must be ${listed(KYC_TYPES, 'or')}.`
  if (!Object.hasOwn(REAUTHORIZATIONS, reauthorizeWith))
    yield `\`reauthorizeWith\` must be ${listed(REAUTHORIZATIONS, 'or')}.`
  if (typeof (options.kycDelegation ?? false) !== 'boolean') yield '`kycDelegation` must be true or false.'
  const optionalFields: unknown = options.optionalFields ?? []
  if (
    !Array.isArray(optionalFields) ||
    !optionalFields.every((field: PropertyKey) => Object.hasOwn(OPTIONAL_FIELDS, field))
  )
    yield `\`optionalFields\` may have ${listed(OPTIONAL_FIELDS, 'and')}, and nothing else.`
}

function* limitProblems(limits: Limits): Iterable<string> {
  for (const [name, value] of Object.entries(limits) as [string, number | undefined][]) {
    if (!Object.hasOwn(LIMITS, name))
      yield `\`limits.${name}\` is no limit; there are ${listed(LIMITS, 'and')}.`
    else if (!isWholeNumber(value) || value === 0)
      yield `\`limits.${name}\` must be a whole number, 1 or more.`
  }
}

function* numberProblems({ trustedHops, retries, minimumAge }: AstraProxyOptions): Iterable<string> {
  if (!isWholeNumber(trustedHops)) yield '`trustedHops` must be a whole number, 0 or more.'
  if (!isWholeNumber(retries)) yield '`retries` must be a whole number, 0 or more.'
  if (!isWholeNumber(minimumAge)) yield '`minimumAge` must be a whole number of years.'
}

function* trustProblems(trust: AstraProxyOptions['trustedAuthentication']): Iterable<string> {
  if (!trust) return
  yield* nameProblems(trust, TRUST_OPTIONS, 'trustedAuthentication.')
  const { provider, customer, customerToken } = trust
  if (typeof provider !== 'string' || provider.trim() === '')
    yield '`trustedAuthentication.provider` is missing: the name under which Astra knows your sign-in.'
  if (!isFunctionOrNone(customer)) yield '`trustedAuthentication.customer` must be a function.'
  // A header brings nothing else, so no other could ever be matched: a line break at the end of a file, for one.
  const isToken = typeof customerToken === 'string' && /^[!-~]{32,}$/.test(customerToken)
  if (customer && !isToken)
    yield '`trustedAuthentication.customerToken` must have at least 32 characters, of ASCII and without blanks or line breaks: it is all that protects `customer`.'
}

/** One that cannot be called would not be missed before the first alarm. */
function* loggerProblems(logger: AstraProxyOptions['logger']): Iterable<string> {
  if (logger === undefined || (logger as unknown) === null) return
  const isComplete = typeof logger.warn === 'function' && typeof logger.error === 'function'
  if (!isComplete || !isFunctionOrNone(logger.info))
    yield '`logger` must have the functions `warn` and `error`, and may have `info`: pino() fits.'
}

function isFunctionOrNone(value: unknown): boolean {
  return (value ?? null) === null || typeof value === 'function'
}

function isWholeNumber(value: number | undefined): boolean {
  const number = value ?? 0
  return Number.isInteger(number) && number >= 0
}

/** "`a`, `b` and `c`". */
function listed(names: object, last: 'and' | 'or'): string {
  const quoted = Object.keys(names).map((name) => `\`${name}\``)
  return `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`
}
