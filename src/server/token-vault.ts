import { AstraError } from '../core/errors.ts'
import { isAccessTokenExpired } from '../core/tokens.ts'
import type { TokenSet } from '../core/tokens.ts'
import { AccessTokenRefused } from './astra-api.ts'
import type { AstraApi } from './astra-api.ts'
import { readCustomer, tokenLabel, updateCustomer } from './customer.ts'
import type { Vault } from './encryption.ts'
import type { AstraStorage } from './storage/storage.ts'

/** Keeps the tokens of all customers: sealed at rest, refreshed by one caller at a time. */
export interface TokenVault {
  /**
   * An access token that works now, refreshed if necessary.
   * @throws AstraError `reauthorization_required`, `astra_unavailable`, `astra_refused_client`
   */
  access(customerId: string): Promise<string>
  /** Calls Astra with an access token. If Astra refuses it although it is not expired, refreshes once and repeats. */
  withAccess<T>(customerId: string, call: (accessToken: string) => Promise<T>): Promise<T>
  seal(customerId: string, tokens: TokenSet): Promise<string>
  /** Runs work that brings a customer new tokens, while no refresh of theirs is under way. */
  alone<T>(customerId: string, work: () => Promise<T>): Promise<T>
}

interface Options {
  storage: AstraStorage
  astra: AstraApi
  vault: Vault
  now: () => number
}

/** Tokens as they lie in storage, opened. */
interface OpenedTokens {
  sealed: string
  tokens: TokenSet
}

export function createTokenVault({ storage, astra, vault, now }: Options): TokenVault {
  /** Whatever is getting new tokens for a customer: only one access token per user is valid at a time. */
  const underWay = new Map<string, Promise<unknown>>()
  const refreshes = new Map<string, Promise<string>>()

  const seal = (customerId: string, tokens: TokenSet) =>
    vault.seal(tokenLabel(customerId), JSON.stringify(tokens))

  async function open(customerId: string): Promise<OpenedTokens> {
    const sealed = (await readCustomer(storage, customerId)).data.tokens
    if (!sealed) throw new AstraError('reauthorization_required')
    return { sealed, tokens: JSON.parse(await vault.open(tokenLabel(customerId), sealed)) as TokenSet }
  }

  async function alone<T>(customerId: string, work: () => Promise<T>): Promise<T> {
    while (underWay.has(customerId)) await underWay.get(customerId)?.catch(() => {})
    const running = work()
    underWay.set(customerId, running)
    try {
      return await running
    } finally {
      underWay.delete(customerId)
    }
  }

  /** One refresh for all who ask; none if the tokens are no longer those that were found wanting. */
  function refreshOnce(customerId: string, stale: OpenedTokens): Promise<string> {
    const running = refreshes.get(customerId)
    if (running) return running
    const refresh = alone(customerId, async () => {
      const current = await open(customerId)
      return current.sealed === stale.sealed ? refreshNow(customerId, stale) : current.tokens.accessToken
    }).finally(() => refreshes.delete(customerId))
    refreshes.set(customerId, refresh)
    return refresh
  }

  async function refreshNow(customerId: string, stale: OpenedTokens): Promise<string> {
    const outcome = await astra.refresh(stale.tokens.refreshToken)
    switch (outcome.kind) {
      case 'granted': {
        const sealed = await seal(customerId, outcome.tokens)
        await updateCustomer(storage, customerId, (customer) => ({ ...customer, tokens: sealed }))
        return outcome.tokens.accessToken
      }
      case 'dead': {
        const current = await open(customerId)
        if (current.sealed !== stale.sealed) return current.tokens.accessToken
        await updateCustomer(storage, customerId, (customer) =>
          customer.tokens === stale.sealed ? { ...customer, tokens: null } : null,
        )
        throw new AstraError('reauthorization_required', { requestId: outcome.requestId })
      }
      case 'refused-client':
        throw new AstraError('astra_refused_client', { requestId: outcome.requestId })
      case 'unavailable':
        throw new AstraError('astra_unavailable', { requestId: outcome.requestId, cause: outcome.cause })
    }
  }

  async function access(customerId: string): Promise<string> {
    const current = await open(customerId)
    return isAccessTokenExpired(current.tokens, now())
      ? refreshOnce(customerId, current)
      : current.tokens.accessToken
  }

  /** Another token than the one that Astra has just refused. */
  async function replace(customerId: string, refused: string): Promise<string> {
    const current = await open(customerId)
    return current.tokens.accessToken === refused
      ? refreshOnce(customerId, current)
      : current.tokens.accessToken
  }

  return {
    access,
    seal,
    alone,
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
