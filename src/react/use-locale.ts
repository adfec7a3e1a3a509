import { useSyncExternalStore } from 'react'
import type { Locale } from './messages/loading.ts'

/** A fact of the page that stays as it is. */
export const neverChanges = () => () => {}
const ofDocument = () => document.documentElement.lang
const onServer = () => ''

/**
 * The language asked for, else the document's; English for all that the widget does not speak. A server cannot see the
 * document; hydration begins as it did, in English.
 */
export function useLocale(asked: string | undefined): Locale {
  const found = useSyncExternalStore(neverChanges, ofDocument, onServer)
  return /^es(-|$)/i.test(asked ?? found) ? 'es' : 'en'
}
