import { loading } from './loading.ts'
import type { Locale } from './loading.ts'

/**
 * What the button and its dialog say. Apart from the languages, because the button must not bring a whole one along, nor
 * the widget what only the button says.
 */
export const openers = {
  en: {
    label: 'Add debit card',
    busy: 'Adding a debit card…',
    dialog: 'Add a debit card',
    close: 'Close',
    loading: loading.en,
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
    loading: loading.es,
    notLoaded: 'No se pudo cargar. Revise su conexión y vuelva a intentarlo.',
    tryAgain: 'Volver a intentar',
    leave: '¿Cerrar esto y perder lo que escribió?',
    stay: 'Seguir escribiendo',
    discard: 'Cerrar',
  },
} as const satisfies Record<Locale, object>

/** Each of them, in words of any language. */
export type OpenerTexts = Record<keyof (typeof openers)['en'], string>
