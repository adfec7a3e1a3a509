import { AstraError } from '../core/errors.ts'
import { isAccessTokenExpired } from '../core/tokens.ts'
import type { TokenSet } from '../core/tokens.ts'
import { AccessTokenRefused, CALL_TIMEOUT_MS } from './astra-api.ts'
import type { AstraApi } from './astra-api.ts'
import type { AuditEvent } from './audit.ts'
import { isWithin } from './clock.ts'
import { readCustomer, tokenLabel, updateCustomer } from './customer.ts'
import type { Customer } from './customer.ts'
import type { Vault } from './encryption.ts'
import { grantFailed } from './grant.ts'
import type { NoGrant } from './grant.ts'
import { withLease } from './lease.ts'
import type { Lease, LeaseContext } from './lease.ts'
import type { AstraLogger } from './options.ts'
import { shareWork } from './shared-work.ts'

/** Keeps the tokens of all customers: sealed at rest, refreshed by one caller at a time over all instances. */
export interface TokenVault {
  /**
   * An access token that works now, refreshed if necessary.
   * @throws AstraError `reauthorization_required`, `astra_unavailable`, `astra_refused_client`
   */
  access(customerId: string): Promise<string>
  /** Another access token than the one that Astra has refused although it is not expired. */
  replace(customerId: string, refused: string): Promise<string>
  /** Calls Astra with an access token. If Astra refuses it although it is not expired, refreshes once and repeats. */
  withAccess<T>(customerId: string, call: (accessToken: string) => Promise<T>): Promise<T>
  /**
   * Refreshes although the access token still lives: the refresh token must not grow old. Only the grant of this instant:
   * whoever goes through the same list may have been faster.
   */
  renew(customerId: string, obtainedAt: number): Promise<void>
  seal(customerId: string, tokens: TokenSet): Promise<NonNullable<Customer['tokens']>>
  /** Seals anew what an earlier key has sealed. */
  reseal(customerId: string): Promise<void>
  /** Runs work that brings a customer new tokens, while no refresh of theirs is under way anywhere. */
  alone<T>(customerId: string, work: (lease: Lease) => Promise<T>): Promise<T>
  /** How many authorizations this process has found dead since it was asked last. */
  countEnded(): number
}

interface VaultContext extends LeaseContext {
  astra: AstraApi
  vault: Vault
  now: () => number
  logger: Pick<AstraLogger, 'warn'>
  audit: (event: AuditEvent) => void
}

/** Tokens as they lie in storage, opened. */
interface OpenedTokens {
  sealed: string
  tokens: TokenSet
}

const NOT_YET =
  'This customer has not authorized yet, or is not known by this id: it is the one that `identify` gives. Render AstraOnboarding so that the person can authorize.'
const ENDED =
  'The authorization of this customer has ended: Astra no longer accepts it. Render AstraOnboarding so that the person can authorize again.'

const REFUSED =
  'Astra refuses the request for tokens itself, and says nothing against the authorization. Check ASTRA_CLIENT_ID, ASTRA_REDIRECT_URI and ASTRA_ENVIRONMENT. Tokens were kept.'

const OVERTAKEN =
  'This process stood still for longer than a refresh may take, and another one is getting new tokens for this customer. Ask again.'

/** So long a refresh token lives. Beyond it no refusal needs a reason, and nobody waits for one that cannot come. */
const REFRESH_TOKEN_MS = 10 * 24 * 60 * 60 * 1000

/** Only with a token is a User's status read, and it outlives the token. */
function whyNone({ user }: Customer): string {
  return user?.status ? ENDED : NOT_YET
}

/** However they are sealed: a new key seals them anew. */
function isSame(a: OpenedTokens, b: OpenedTokens): boolean {
  return a.tokens.accessToken === b.tokens.accessToken
}

export function createTokenVault(context: VaultContext): TokenVault {
  const { storage, astra, vault } = context
  /** One refresh for all who ask in this process; the lease is for the others. */
  const refreshes = shareWork<string>(CALL_TIMEOUT_MS + 5_000)
  let ended = 0

  async function seal(customerId: string, tokens: TokenSet) {
    const sealed = await vault.seal(tokenLabel(customerId), JSON.stringify(tokens))
    return { sealed, obtainedAt: tokens.obtainedAt }
  }

  async function unseal(customerId: string, customer: Customer): Promise<OpenedTokens> {
    if (!customer.tokens) throw new AstraError('reauthorization_required', { message: whyNone(customer) })
    const { sealed } = customer.tokens
    return { sealed, tokens: JSON.parse(await vault.open(tokenLabel(customerId), sealed)) as TokenSet }
  }

  async function open(customerId: string): Promise<OpenedTokens> {
    return unseal(customerId, (await readCustomer(storage, customerId)).data)
  }

  /** None if the tokens are no longer those that were found wanting. */
  function refreshOnce(customerId: string, stale: OpenedTokens): Promise<string> {
    return refreshes.run(customerId, () =>
      withLease(
        context,
        customerId,
        'refresh',
        async (customer) => {
          const current = await unseal(customerId, customer)
          return isSame(current, stale) ? null : current.tokens.accessToken
        },
        (lease) => refreshNow(customerId, stale, lease),
      ),
    )
  }

  async function refreshNow(customerId: string, stale: OpenedTokens, lease: Lease): Promise<string> {
    // Between the look at the record and the lease somebody else may have been faster.
    const current = await open(customerId)
    if (!isSame(current, stale)) return current.tokens.accessToken
    const outcome = await astra.refresh(stale.tokens.refreshToken)
    context.audit({ event: 'tokens.refresh', customer: customerId, outcome: outcome.kind })
    switch (outcome.kind) {
      case 'granted': {
        const tokens = await seal(customerId, outcome.tokens)
        // A lost lease means that somebody else has refreshed since; theirs is the token that works.
        const isKept = await lease.finish((customer) => ({ ...customer, tokens }))
        if (isKept) return outcome.tokens.accessToken
        const latest = await open(customerId)
        // They are not done yet, and what was found wanting is no answer.
        if (isSame(latest, stale)) throw new AstraError('astra_unavailable', { message: OVERTAKEN })
        return latest.tokens.accessToken
      }
      case 'refused-request':
        if (isWithin(REFRESH_TOKEN_MS, stale.tokens.obtainedAt, context.now()))
          throw grantFailed(outcome, 'astra_refused_client', REFUSED)
        return giveUp(customerId, stale, lease, outcome)
      case 'dead':
        return giveUp(customerId, stale, lease, outcome)
      case 'refused-client':
        throw grantFailed(outcome, 'astra_refused_client')
      case 'unavailable':
        throw grantFailed(outcome, 'astra_unavailable')
    }
  }

  /** Never comes back, unless somebody else has got new tokens meanwhile. */
  async function giveUp(
    customerId: string,
    stale: OpenedTokens,
    lease: Lease,
    outcome: NoGrant,
  ): Promise<string> {
    const latest = await open(customerId)
    if (!isSame(latest, stale)) return latest.tokens.accessToken
    let isTheirs = false
    // Stale: whoever has asked may not be the one who tells the partner, and then `maintain` does.
    const isWritten = await lease.finish((customer) => {
      isTheirs = customer.tokens?.sealed === latest.sealed
      return isTheirs ? { ...customer, tokens: null, isStale: true } : customer
    })
    if (isWritten && isTheirs) tellEnd(customerId, outcome)
    throw grantFailed(outcome, 'reauthorization_required', ENDED)
  }

  /** One is a person's business. Many at once are a mistake in the configuration, or Astra's. */
  function tellEnd(customer: string, { requestId, status: astraStatus }: NoGrant): void {
    ended += 1
    const fields = { code: 'reauthorization_required', customer, requestId, astraStatus }
    context.logger.warn(fields, 'an authorization has ended: Astra no longer accepts it')
  }

  async function access(customerId: string): Promise<string> {
    const current = await open(customerId)
    return isAccessTokenExpired(current.tokens, context.now())
      ? refreshOnce(customerId, current)
      : current.tokens.accessToken
  }

  async function replace(customerId: string, refused: string): Promise<string> {
    const current = await open(customerId)
    return current.tokens.accessToken === refused
      ? refreshOnce(customerId, current)
      : current.tokens.accessToken
  }

  return {
    access,
    replace,
    seal,
    renew: async (customerId, obtainedAt) => {
      const current = await open(customerId)
      if (current.tokens.obtainedAt === obtainedAt) await refreshOnce(customerId, current)
    },
    reseal: async (customerId) => {
      const { sealed, tokens } = await open(customerId)
      const renewed = await seal(customerId, tokens)
      await updateCustomer(context, customerId, (customer) =>
        customer.tokens?.sealed === sealed ? { ...customer, tokens: renewed } : null,
      )
    },
    countEnded() {
      const count = ended
      ended = 0
      return count
    },
    alone: (customerId, work) => withLease(context, customerId, 'exchange', async () => null, work),
    async withAccess(customerId, call) {
      const token = await access(customerId)
      try {
        return await call(token)
      } catch (error) {
        if (!(error instanceof AccessTokenRefused)) throw error
      }
      try {
        return await call(await replace(customerId, token))
      } catch (error) {
        // A fresh token refused too: Astra contradicts itself; keep everything and try later.
        if (error instanceof AccessTokenRefused) throw new AstraError('astra_unexpected', { cause: error })
        throw error
      }
    },
  }
}
