import { AddDebitCardButton, AstraOnboarding } from 'astra-onboarding'
import { useCallback, useEffect, useState } from 'react'
import { bankClient } from './bank-client.ts'
import type { DemoAuthorization, DemoEvent } from './people.ts'

const EVENTS: { event: DemoEvent; label: string }[] = [
  { event: 'expire-access-token', label: 'Expire the access token' },
  { event: 'expire-authorization', label: 'Expire the whole authorization' },
]

/**
 * Shows the authorization, can expire it, and has the onboarding launched by itself when it is gone. Beside it the button
 * for cards: each goes on with its own return.
 */
export function SettingsPage() {
  const [authorization, setAuthorization] = useState<DemoAuthorization | null>(null)
  const refresh = useCallback(() => void bankClient.authorization().then(setAuthorization), [])
  useEffect(refresh, [refresh])
  const trigger = (event: DemoEvent) => void bankClient.trigger(event).then(() => window.location.reload())

  return (
    <>
      <h1>Settings</h1>
      <section className="bank-card" aria-labelledby="cards">
        <h2 id="cards">Debit cards for instant funding</h2>
        <AddDebitCardButton supportUrl="/help" privacyUrl="/privacy" termsUrl="/terms" />
      </section>
      <AstraOnboarding launch="auto" onComplete={refresh} supportUrl="/help" />
      <section className="bank-card" aria-labelledby="authorization">
        <h2 id="authorization">Authorization for instant transfers</h2>
        {/* All at once: buttons that move while somebody aims at them are missed. */}
        {authorization && (
          <>
            <dl className="bank-facts">
              <dt>Authorized</dt>
              <dd>{authorization.authorized ? 'yes' : 'no'}</dd>
              <dt>Next step</dt>
              <dd>{authorization.step}</dd>
              <dt>User intent</dt>
              <dd>
                {authorization.userIntentId ?? 'none'} {authorization.userIntentStatus}
              </dd>
              <dt>User</dt>
              <dd>
                {authorization.userId ?? 'none'} {authorization.userStatus}
              </dd>
              <dt>Reference</dt>
              <dd>{authorization.reference}</dd>
            </dl>
            <div className="bank-buttons">
              {EVENTS.map(({ event, label }) => (
                <button key={event} type="button" onClick={() => trigger(event)}>
                  {label}
                </button>
              ))}
            </div>
          </>
        )}
      </section>
    </>
  )
}
