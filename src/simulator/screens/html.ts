/** Markup that is safe to send. */
export interface Markup {
  markup: string
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Template tag that escapes every value, except markup and lists of markup. */
export function html(
  strings: TemplateStringsArray,
  ...values: (string | number | Markup | readonly Markup[])[]
): Markup {
  const markup = strings.reduce((text, string, index) => {
    const value = values[index - 1] ?? ''
    return text + render(value) + string
  })
  return { markup }
}

function render(value: string | number | Markup | readonly Markup[]): string {
  if (Array.isArray(value)) return value.map((part: Markup) => part.markup).join('')
  if (typeof value === 'object') return (value as Markup).markup
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
