/** What a webhook is made of. */
export type PlainJson = string | { readonly [name: string]: PlainJson | undefined }

/**
 * JSON as Python's `json.dumps` writes it: a space after `,` and `:`, and everything beyond ASCII escaped. Astra's
 * sample verifies a signature over this spelling, so raw bytes and a re-serialised body agree.
 *
 * @example pythonJson({ city: 'San José' }) // '{"city": "San Jos\\u00e9"}'
 * @see https://docs.astra.finance/reference/webhook-verification
 */
export function pythonJson(value: PlainJson): string {
  if (typeof value === 'string') {
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${hex(unit.charCodeAt(0))}`)
  }
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${pythonJson(name)}: ${pythonJson(member)}`],
  )
  return `{${members.join(', ')}}`
}

function hex(unit: number): string {
  return unit.toString(16).padStart(4, '0')
}
