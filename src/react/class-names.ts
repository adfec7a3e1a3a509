/** Parts of the widget that a partner may give classes of its own. */
export type Part =
  | 'root'
  | 'screen'
  | 'title'
  | 'caption'
  | 'text'
  | 'field'
  | 'label'
  | 'hint'
  | 'error'
  | 'input'
  | 'actions'
  | 'button'
  | 'link'
  | 'notice'
  | 'summary'
  | 'review'
  | 'support'
  | 'opener'
  | 'dialog'
  | 'close'

/**
 * Classes of the partner's own. A part that has one loses the widget's look and keeps its place and behaviour.
 *
 * @example
 * <AstraOnboarding classNames={{ button: 'btn btn-primary', input: 'form-control' }} />
 */
export type ClassNames = Partial<Record<Part, string | undefined>>

/** The partner's class or ours, and what the part is in particular. The root keeps ours: the tokens hang on it. */
export function className(own: ClassNames, part: Part, ...more: string[]): string {
  const look = part === 'root' ? ['astra-onboarding', own.root] : [own[part] ?? `astra-${part}`]
  return [...look, ...more].filter(Boolean).join(' ')
}
