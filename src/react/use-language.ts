import { useEffect, useMemo, useState } from 'react'
import { loading } from './messages/loading.ts'
import type { Locale } from './messages/loading.ts'
import { en } from './messages/en.ts'
import type { Messages } from './messages/en.ts'
import { withOverrides } from './messages/overrides.ts'
import type { MessageOverrides } from './messages/overrides.ts'
import { useLocale } from './use-locale.ts'

interface Language {
  lang: Locale
  messages: Messages
}

const english: Language = { lang: 'en', messages: en }

// Whoever reads English does not download another language; one that cannot be loaded is no reason to stop.
const languages: Record<Locale, () => Promise<Language>> = {
  en: () => Promise.resolve(english),
  es: () =>
    import('./messages/es.ts').then(
      ({ es }) => ({ lang: 'es', messages: es }),
      () => english,
    ),
}

/**
 * The widget's sentences. `isReady` is false only until the first language has arrived: while another one is fetched
 * later, the earlier one stays, so that nothing typed is lost.
 */
export function useLanguage(asked?: Locale, overrides?: MessageOverrides): Language & { isReady: boolean } {
  const locale = useLocale(asked)
  const [language, setLanguage] = useState<Language | null>(asked && locale === 'en' ? english : null)
  useEffect(() => {
    let isWanted = true
    void languages[locale]().then((loaded) => {
      if (isWanted) setLanguage(loaded)
    })
    return () => {
      isWanted = false
    }
  }, [locale])
  return useMemo(() => {
    const { lang, messages } = language ?? {
      lang: locale,
      messages: { ...en, loading: loading[locale] },
    }
    return { lang, messages: withOverrides(messages, overrides), isReady: language !== null }
  }, [language, locale, overrides])
}
