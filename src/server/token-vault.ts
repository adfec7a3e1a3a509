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
}

interface Options {
  storage: AstraStorage
  astra: AstraApi
  vault: Vault
  now: () => number
}

export function createTokenVault({ storage, astra, vault, now }: Options): TokenVault {
  /** Only one access token per user is valid at a time: two refreshes at once would cut each other off. */
  const flights = new Map<string, Promise<string>>()

  const seal = (customerId: string, tokens: TokenSet) =>
    vault.seal(tokenLabel(customerId), JSON.stringify(tokens))

  async function open(customerId: string): Promise<{ sealed: string; tokens: TokenSet }> {
    const sealed = (await readCustomer(storage, customerId)).data.tokens
    if (!sealed) throw new AstraError('reauthorization_required')
    return { sealed, tokens: JSON.parse(await vault.open(tokenLabel(customerId), sealed)) as TokenSet }
  }

  /** Refreshes unless somebody else did so since `sealed` was read. */
  async function refresh(customerId: string, stale: { sealed: string; tokens: TokenSet }): Promise<string> {
    const outcome = await astra.refresh(stale.tokens.refreshToken)
    switch (outcome.kind) {
      case 'granted': {
        const sealed = await seal(customerId, outcome.tokens)
        await updateCustomer(storage, customerId, (customer) => ({ ...customer, tokens: sealed }))
        return outcome.tokens.accessToken
      }
      case 'dead': {
        const current = (await readCustomer(storage, customerId)).data.tokens
        if (current && current !== stale.sealed) return (await open(customerId)).tokens.accessToken
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

  function singleFlight(customerId: string, work: () => Promise<string>): Promise<string> {
    const running = flights.get(customerId)
    if (running) return running
    const flight = work().finally(() => flights.delete(customerId))
    flights.set(customerId, flight)
    return flight
  }

  function access(customerId: string): Promise<string> {
    return singleFlight(customerId, async () => {
      const current = await open(customerId)
      if (!isAccessTokenExpired(current.tokens, now())) return current.tokens.accessToken
      return refresh(customerId, current)
    })
  }

  function replace(customerId: string, refused: string): Promise<string> {
    return singleFlight(customerId, async () => {
      const current = await open(customerId)
      if (current.tokens.accessToken !== refused) return current.tokens.accessToken
      return refresh(customerId, current)
    })
  }

  return {
    access,
    seal,
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
