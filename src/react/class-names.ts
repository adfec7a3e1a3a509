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
 * Classes of the partner's own, beside the widget's: theirs stand in no layer or a later one, so they win.
 *
 * @example
 * <AstraOnboarding classNames={{ button: 'btn btn-primary', input: 'form-control' }} />
 */
export type ClassNames = Partial<Record<Part, string>>

/** Ours, what a part is in particular, then the partner's. */
export function className(own: ClassNames, part: Part, ...more: string[]): string {
  const ours = part === 'root' ? 'astra-onboarding' : `astra-${part}`
  return [ours, ...more, own[part]].filter(Boolean).join(' ')
}
