import type { Maintenance } from './maintain.ts'
import type { CustomerStatus, ImportedCustomer } from './partner.ts'

/** The backend half of the onboarding. */
export interface AstraProxy {
  /**
   * Answers every request below `basePath`. A bound function. Its second argument is the {@link Platform}; what else a
   * framework passes there is ignored.
   * @example
   * const handle = (request: Request) => proxy.fetch(request) // Next.js: app/api/astra/[...path]/route.ts
   * export { handle as GET, handle as POST, handle as OPTIONS }
   */
  fetch: (request: Request, platform?: unknown) => Promise<Response>
  /**
   * An access token of the customer for the partner's own calls to Astra, refreshed if necessary.
   *
   * @param options `refused`: the token that Astra has just answered with 401; then another one is given
   * @throws AstraError `reauthorization_required` when the person has to authorize again; `astra_unavailable`,
   * `astra_refused_client`, `storage_unavailable`; `token_unreadable` when its encryption key is missing;
   * `configuration_invalid` for an id that is no text, or another environment's database
   * @example
   * const token = await proxy.getAccessToken(session.customerId)
   * const cards = await fetch('https://api.astra.finance/v1/cards', { headers: { authorization: `Bearer ${token}` } })
   */
  getAccessToken: (customerId: string, options?: { refused?: string | undefined }) => Promise<string>
  /**
   * Where a customer stands, with Astra's ids. For the backend only. Asks Astra when that was not lately done.
   * @throws AstraError `astra_unavailable`, `astra_unexpected`, `astra_refused_client`, `token_unreadable`,
   * `storage_unavailable`, `configuration_invalid`
   */
  status: (customerId: string) => Promise<CustomerStatus>
  /**
   * Takes over a customer who was onboarded at Astra before this package was installed. A refresh token is used at once. A
   * `userId` that comes without one cannot be checked until the customer authorizes: Astra shows a User only to their own
   * token.
   * @throws AstraError `customer_exists`, `customer_import_refused`, `identity_mismatch`, `astra_unavailable`,
   * `astra_refused_client`, `storage_unavailable`, `configuration_invalid`
   * @example
   * await proxy.import('customer-1', { userIntentId: 'uin_…', refreshToken })
   */
  import: (customerId: string, known: ImportedCustomer) => Promise<void>
  /**
   * Deletes the records and tokens of a customer. The keyed hashes that count user intents per e-mail address and person
   * stay, as does everything at Astra.
   * @throws AstraError `storage_unavailable`, `storage_conflict`, `configuration_invalid`
   */
  forget: (customerId: string) => Promise<void>
  /**
   * For support: lets a customer whose step is `stopped` with the reason `could-not-finish` go to Astra's module again.
   * Puts their returns without a code back to zero and changes nothing else; `status` tells how many there are.
   * @throws AstraError `storage_unavailable`, `configuration_invalid`
   */
  allowAnotherTry: (customerId: string) => Promise<void>
  /**
   * Tells the proxy that Astra has processed a change of the customer's phone. It also notices that by itself when it reads
   * the User.
   * @throws AstraError `storage_unavailable`, `configuration_invalid`
   */
  phoneChanged: (customerId: string) => Promise<void>
  /**
   * Everything periodic: renews authorizations, seals tokens with the newest key, reads what webhooks have marked,
   * settles creations without an answer, deletes what is old. Call it from a cron job every minute or so;
   * `keepMaintained` of `astra-onboarding/node` does it in a Node process. What fails for one customer is logged and counted;
   * the others go on.
   * @throws AstraError `storage_unavailable`, `configuration_invalid`
   */
  maintain: () => Promise<Maintenance>
}
