'use client'
import { useSettings } from '../settings.ts'
import { Notice, Screen } from '../Screen.tsx'

/** What is needed, how long it takes, who gets it. */
export function IntroPage({ creationUnknown }: { creationUnknown: boolean }) {
  const { messages } = useSettings()
  const { intro } = messages.steps
  return (
    <Screen title={intro.title}>
      {creationUnknown && <Notice>{messages.creationUnknown}</Notice>}
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
