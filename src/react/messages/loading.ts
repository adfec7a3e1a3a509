/** What stands in place of the widget, and in a window of Astra's, until there is more to show. */
export const loading = { en: 'Loading…', es: 'Cargando…' } as const

/** A language that the widget speaks. */
export type Locale = keyof typeof loading
