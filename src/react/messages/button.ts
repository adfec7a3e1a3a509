/**
 * What is said before the widget and its language are loaded. A file of its own, because the button that opens the
 * widget must not bring a whole language along.
 */
export const openers = {
  en: {
    label: 'Add debit card',
    busy: 'Adding a debit card…',
    dialog: 'Add a debit card',
    close: 'Close',
    loading: 'Loading…',
    notLoaded: 'This could not be loaded. Check your connection, then try again.',
    tryAgain: 'Try again',
    leave: 'Close this, and lose what you have typed?',
    stay: 'Keep typing',
    discard: 'Close it',
  },
  es: {
    label: 'Agregar tarjeta de débito',
    busy: 'Agregando una tarjeta de débito…',
    dialog: 'Agregue una tarjeta de débito',
    close: 'Cerrar',
    loading: 'Cargando…',
    notLoaded: 'No se pudo cargar. Revise su conexión y vuelva a intentarlo.',
    tryAgain: 'Volver a intentar',
    leave: '¿Cerrar esto y perder lo que escribió?',
    stay: 'Seguir escribiendo',
    discard: 'Cerrar',
  },
} as const

/** A language that the widget speaks. */
export type Locale = keyof typeof openers
