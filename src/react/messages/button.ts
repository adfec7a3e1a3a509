/**
 * What is said before the widget and its language are loaded. A file of its own, because the button that opens the
 * widget must not bring a whole language along.
 */
export const openers = {
  en: { label: 'Add debit card', dialog: 'Add a debit card', close: 'Close', loading: 'Loading…' },
  es: {
    label: 'Agregar tarjeta de débito',
    dialog: 'Agregue una tarjeta de débito',
    close: 'Cerrar',
    loading: 'Cargando…',
  },
} as const

/** A language that the widget speaks. */
export type Locale = keyof typeof openers
