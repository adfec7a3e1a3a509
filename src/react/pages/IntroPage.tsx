'use client'
import { useSettings } from '../settings.ts'
import { Screen } from '../Screen.tsx'

/** What is needed, how long it takes, who gets it. */
export function IntroPage({ creationUnknown }: { creationUnknown: boolean }) {
  const { messages } = useSettings()
  const { intro } = messages.steps
  return (
    <Screen title={intro.title} quiet>
      {creationUnknown && (
        <p className="astra-notice" role="alert">
          {messages.creationUnknown}
        </p>
      )}
      <p>{intro.text}</p>
      <ul className="astra-list">
        {intro.needs.map((need) => (
          <li key={need}>{need}</li>
        ))}
      </ul>
      <p>{intro.duration}</p>
      <div className="astra-actions">
        <button type="submit" className="astra-button">
          {messages.continue}
        </button>
      </div>
    </Screen>
  )
}
