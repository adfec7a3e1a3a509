import { createContext, useContext } from 'react'
import { en } from './messages/en.ts'
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
  /** The person has pressed or typed something in the widget; from then on it may move the focus. */
  hasActed: { readonly current: boolean }
}

const SettingsContext = createContext<Settings>({
  messages: en,
  links: {},
  reference: '',
  hasActed: { current: false },
})
SettingsContext.displayName = 'AstraSettings'

export const SettingsProvider = SettingsContext.Provider

export function useSettings(): Settings {
  return useContext(SettingsContext)
}
