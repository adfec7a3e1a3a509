import { createContext, useContext } from 'react'
import type { Attention } from './attention.ts'
import { className } from './class-names.ts'
import type { ClassNames, Part } from './class-names.ts'
import type { Emit } from './events.ts'
import type { Messages } from './messages/en.ts'

/** Addresses the partner supplies; each is shown where it helps. */
export interface Links {
  support?: string | undefined
  privacy?: string | undefined
  terms?: string | undefined
}

/** What every screen needs. */
export interface Settings {
  messages: Messages
  links: Links
  reference: string
  classNames: ClassNames
  emit: Emit
  attention: Attention
}

const SettingsContext = createContext<Settings | null>(null)

export const SettingsProvider = SettingsContext.Provider

export function useSettings(): Settings {
  // Whatever asks lies inside the provider of OnboardingView.
  return useContext(SettingsContext) as Settings
}

/** Names the classes of a part: ours, then the partner's. */
export function useClassName(): (part: Part, ...more: string[]) => string {
  const { classNames } = useSettings()
  return (part, ...more) => className(classNames, part, ...more)
}
