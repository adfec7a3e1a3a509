import type { OnboardingStep } from '../core/next-step.ts'
import type { KycType, OptionalField } from '../core/profile.ts'
import type { UserIntentStatus, UserStatus } from '../core/status.ts'
import type { AstraStorage } from './storage/storage.ts'
import type { Transport } from './transport.ts'

/** The signed-in person, as the partner knows them. */
export interface Identity {
  /** The partner's own id of the customer: opaque, stable, not an e-mail address. */
  id: string
  /**
   * A verified e-mail address: shown masked, filled in by the proxy, not editable. One that Astra would refuse counts as
   * not given: the form asks for it, and the log has a warning.
   */
  email?: string | null | undefined
  /**
   * A verified US phone number in E.164: shown masked, filled in by the proxy, not editable. One that Astra would refuse,
   * of another country or toll-free, counts as not given: the form asks for one, and the log has a warning.
   */
  phone?: string | null | undefined
  /**
   * Set for a business customer: Astra's business profile, in place of the personal form. One profile, one `id`: whoever
   * acts for two companies, or also for themselves, needs an id for each.
   */
  businessProfileId?: string | null | undefined
  /**
   * When the person last proved `phone` to the partner, in ms since the epoch. For Trusted Authentication; counts only
   * together with `phone`.
   */
  lastAuthenticatedAt?: number | null | undefined
}

/** What the platform tells of a connection; `toNodeHandler` supplies it. */
export interface Platform {
  /** Address of the other end of the connection. */
  remoteAddress?: string | undefined
}

/** Everything that a log line may carry. Ids and codes; nothing that a person has typed. */
export interface LogFields {
  /** Name of an audit event, like `intent.create`. */
  event?: string | undefined
  /** The partner's id of the customer. */
  customer?: string | null | undefined
  /** Of an audit event: how it ended, like `created` or `refused`. */
  outcome?: string | undefined
  /** Code of the {@link AstraError}, or of a value that was not taken, like `phone.characters`. */
  code?: string | undefined
  /** Where it happened: a route like `POST /flows/complete`, `complete` for an exchange, whoever has set it going, or `maintain`. */
  route?: string | undefined
  /** Astra's `request-id`, for its support. */
  requestId?: string | undefined
  /** HTTP status of Astra's answer, where that is what has failed. */
  astraStatus?: number | undefined
  /** Class of an unexpected error, and the code of what was behind it, like `TypeError ECONNREFUSED`. */
  cause?: string | undefined
  /** How many there were, in a warning that is told once a minute. */
  count?: number | undefined
}

/** Where log lines go; `pino()` fits as it is. Audit events come as `info`. */
export interface AstraLogger {
  /** Typed as a method is, so that a logger with a narrower idea of the fields still fits. */
  info?: AstraLogger['warn'] | undefined
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

/** What `onChange` is told. */
export interface CustomerChange {
  /** The partner's id, as `identify` gives it. */
  customerId: string
  /** What the person has to do next, with the goal `onboard`. */
  step: OnboardingStep
  /** The User's status, or before there is one the user intent's; null before that. */
  status: UserStatus | UserIntentStatus | null
  /** True when the news is a debit card that was linked; `proxy.getAccessToken` lets the backend list the cards. */
  cardLinked?: true
}

/** A person as Astra's Trusted Authentication asks for them. */
export interface TrustedCustomer {
  firstName: string
  lastName: string
  /** E.164 */
  phone: string
  /** When they last proved their phone to the partner, in ms since the epoch. */
  lastAuthenticatedAt?: number | null | undefined
}

/** Option of `createAstraProxy`. @see https://docs.astra.finance/docs/trusted-authentication */
export interface TrustedAuthentication {
  /** The name under which Astra knows the partner's sign-in. */
  provider: string
  /** Answers Astra's `GET customers/:id`; without it that route does not exist. */
  customer?: ((customerId: string) => TrustedCustomer | null | Promise<TrustedCustomer | null>) | undefined
  /** What Astra sends as `Authorization: Bearer …` to that route: at least 32 characters, agreed with Astra. */
  customerToken?: string | undefined
}

/** Rate limits. A request over one is answered 429 with `Retry-After`. */
export interface Limits {
  /** Flows that one customer opens in an hour. Default 30. */
  flowsPerHour?: number | undefined
  /** User intents that one customer may create in a UTC day; `proxy.forget` resets the count. Default 10. */
  creationsPerCustomerAndDay?: number | undefined
  /** User intents that come from one IP address in an hour. Default 60. */
  creationsPerAddressAndHour?: number | undefined
  /**
   * User intents per person in 30 days, whichever customers create them. A person is recognised by the first and the last
   * three letters of the full name and the date of birth. A creation that has brought no intent counts for a day. Default 3.
   */
  creationsPerPersonIn30Days?: number | undefined
}

/** Options of `createAstraProxy`. Credentials and hosts come from the environment. */
export interface AstraProxyOptions {
  /**
   * Who is asking: the partner's own session. Null for nobody. Called for every request of the widget, and also for the
   * navigation to Astra and for the return from it, which carry cookies but none of the widget's `headers()`: answer null
   * there, do not throw. Flow and cookie are enough for those two; another id than the flow's is refused. It has ten
   * seconds.
   */
  identify: (request: Request) => Identity | null | Promise<Identity | null>
  /** Where records live: `sqliteStorage('astra.db')`, `postgresStorage(pool)`, `memoryStorage()`. */
  storage: AstraStorage
  /** `ASTRA_*` variables. Default `process.env`. */
  env?: Record<string, string | undefined> | undefined
  /**
   * Where the proxy is mounted. Default `/api/astra`; must equal the widget's `basePath`, less what the framework takes
   * off the path before the proxy sees it, like Next.js its own `basePath`.
   */
  basePath?: string | undefined
  /**
   * Origins of pages that carry the widget. Default: the origin of the redirect URI. They must be of the same site, like
   * `app.` and `api.example.com`: browsers keep the proxy's cookie away from other sites.
   */
  allowedOrigins?: readonly string[] | undefined
  /** Astra's verification type. Default `verified`. */
  kycType?: KycType | undefined
  /** True when the partner verifies identities itself under an agreement with Astra. Default false. */
  kycDelegation?: boolean | undefined
  /** In years. Default 18. */
  minimumAge?: number | undefined
  /** Fields to ask for although Astra does not require them. Default none. */
  optionalFields?: readonly OptionalField[] | undefined
  /** The id that sends a converted person to authorize again. Default `user_intent_id`. */
  reauthorizeWith?: 'user_intent_id' | 'user_id' | undefined
  /** Astra's Trusted Authentication: no SMS code for a person who has just proved their phone to the partner. */
  trustedAuthentication?: TrustedAuthentication | undefined
  /**
   * Called at least once for each change of a customer's step or status and for each linked card, after a status read or by
   * `maintain`. The step is that of the onboarding, whatever the widget's goal. When it throws or takes more than three
   * seconds, nobody waits any longer and it is called again later; for a card, during a week. What only time changes, another
   * photo that is due after two days without a review, is told at the next status read.
   * @example
   * onChange: ({ customerId, step, status, cardLinked }) => jobs.add('astra', { customerId, step, status, cardLinked })
   */
  onChange?: ((change: CustomerChange) => void | Promise<void>) | undefined
  /** Up to 24 keys for Astra's `metadata`, like the partner's own customer id. Nothing personal. */
  metadata?: ((identity: Identity) => Record<string, string>) | undefined
  /** Overrides of the default limits. */
  limits?: Limits | undefined
  /**
   * The device's public IP address, where the platform does not show the connection, or shows one that is not public: on
   * your own machine `() => …` with a fixed one, for the sandbox. The simulator needs none: there any address that is not
   * public, of this machine, its network or its containers, is replaced by a fixed public one.
   */
  clientIp?: ((request: Request, platform: Platform) => string | null) | undefined
  /**
   * Proxies of the partner's own in front of this one, like a load balancer: the device's address is that many entries
   * from the right of `X-Forwarded-For`. Default 0: the connection's own address, the header is ignored.
   */
  trustedHops?: number | undefined
  /** Calls Astra. Default the global `fetch`; a test gives `simulator.fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined
  /** Replaces `fetch` for calls to Astra. On Node `nodeTransport()`: a third of the time. */
  transport?: Transport | undefined
  /** How often a read or a refresh is sent again while Astra does not answer. A creation never is. Default 2. */
  retries?: number | undefined
  /** ms since the epoch. Default `Date.now`. */
  now?: (() => number) | undefined
  /** Fills an array with random bytes: nonces, states, cookies, ids of flows, pauses. Default `crypto.getRandomValues`. */
  random?: ((bytes: Uint8Array<ArrayBuffer>) => void) | undefined
  /** Waits that many ms. Default `setTimeout`. */
  wait?: ((ms: number) => Promise<void>) | undefined
  /** Default: warnings and errors to `console`. */
  logger?: AstraLogger | undefined
}
