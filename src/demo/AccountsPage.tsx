import { AddDebitCardButton } from 'astra-onboarding'
import { useCallback, useEffect, useState } from 'react'
import { bankClient } from './bank-client.ts'
import type { DemoCard, DemoSession } from './people.ts'

/** Balances, cards, and the button that adds one. */
export function AccountsPage({ session }: { session: DemoSession }) {
  const [cards, setCards] = useState<DemoCard[]>([])
  const refreshCards = useCallback(() => void bankClient.cards().then(setCards), [])
  useEffect(refreshCards, [refreshCards])

  return (
    <>
      <h1>Good morning</h1>
      <section className="bank-card bank-balance" aria-labelledby="everyday">
        <h2 id="everyday">Everyday account</h2>
        <p className="bank-amount">$2,418.60</p>
        <p>Account ending in 7730</p>
      </section>
      <section className="bank-card" aria-labelledby="cards">
        <h2 id="cards">Debit cards for instant funding</h2>
        {cards.length === 0 ? (
          <p>No card yet. Add one to move money in seconds, at any hour.</p>
        ) : (
          <ul>
            {cards.map(({ company, lastFour }) => (
              <li key={lastFour}>
                {company.toUpperCase()} ending in {lastFour}
              </li>
            ))}
          </ul>
        )}
        <AddDebitCardButton
          onComplete={refreshCards}
          defaultValues={session.defaultValues}
          supportUrl="/help"
          privacyUrl="/privacy"
          termsUrl="/terms"
        />
      </section>
    </>
  )
}
