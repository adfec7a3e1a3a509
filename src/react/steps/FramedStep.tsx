'use client'
import { plainAddress } from '../launch/arrival.ts'
import { Screen } from '../Screen.tsx'
import { useSettings } from '../settings.ts'

/** Inside a page of another site nothing can be done: says so, and offers a window of its own. */
export function FramedStep() {
  const { framed } = useSettings().messages
  return (
    <Screen title={framed.title}>
      <p>{framed.text}</p>
      <a className="astra-button" href={plainAddress()} target="_blank" rel="noopener">
        {framed.open}
      </a>
    </Screen>
  )
}
