import { useEffect, useState } from 'react'
import { AccountsPage } from './AccountsPage.tsx'
import { bankClient } from './bank-client.ts'
import { PEOPLE } from './people.ts'
import type { DemoSession } from './people.ts'
import { SettingsPage } from './SettingsPage.tsx'
import { TransferPage } from './TransferPage.tsx'

const PAGES = [
  { path: '/', label: 'Accounts', Page: AccountsPage },
  { path: '/transfer', label: 'Instant transfer', Page: TransferPage },
  { path: '/settings', label: 'Settings', Page: SettingsPage },
]

/** The demo bank: its pages, and a switcher of who is signed in. */
export function App() {
  const [session, setSession] = useState<DemoSession | null>(null)
  useEffect(() => {
    void bankClient
      .session()
      .then(async (found) => setSession(found ?? (await bankClient.signIn('approved'))))
  }, [])
  const current = PAGES.find(({ path }) => path === window.location.pathname) ?? PAGES[0]

  return (
    <>
      <PersonSwitcher session={session} />
      <header className="bank-header">
        <a className="bank-brand" href="/">
          <img src="/fernhill.svg" alt="" width="28" height="28" /> Fernhill Bank
        </a>
        <nav aria-label="Bank">
          {PAGES.map(({ path, label }) => (
            <a key={path} href={path} aria-current={path === current?.path ? 'page' : undefined}>
              {label}
            </a>
          ))}
        </nav>
      </header>
      <main className="bank-main">{session && current && <current.Page session={session} />}</main>
    </>
  )
}

function PersonSwitcher({ session }: { session: DemoSession | null }) {
  const [person, setPerson] = useState<string | null>(null)
  const chosen = person ?? session?.person ?? 'approved'
  const signIn = () => void bankClient.signIn(chosen).then(() => window.location.assign('/'))
  return (
    <form
      className="demo-bar"
      aria-label="Demo"
      onSubmit={(event) => {
        event.preventDefault()
        signIn()
      }}
    >
      <label htmlFor="person">Demo customer</label>
      <select id="person" value={chosen} onChange={(event) => setPerson(event.target.value)}>
        {PEOPLE.map(({ key, firstName, lastName, story }) => (
          <option key={key} value={key}>
            {firstName} {lastName}: {story}
          </option>
        ))}
      </select>
      <button type="submit">Start as a new customer</button>
    </form>
  )
}
