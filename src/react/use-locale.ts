import { useSyncExternalStore } from 'react'
import type { Locale } from './messages/loading.ts'

/** A fact of the page that stays as it is. */
export const neverChanges = () => () => {}
const onServer = (): Locale => 'en'
const ofDocument = (): Locale => (/^es(-|$)/i.test(document.documentElement.lang) ? 'es' : 'en')

/** The language asked for, else the document's. A server cannot see the document; hydration begins as it did, in English. */
export function useLocale(asked: Locale | undefined): Locale {
  const found = useSyncExternalStore(neverChanges, ofDocument, onServer)
  return asked ?? found
}
