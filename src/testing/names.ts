const escape = (text: string) => text.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`)

/** One of these names, whole, whatever blanks stand around it. */
export function exactly(...names: string[]): RegExp {
  return new RegExp(`^\\s*(?:${names.map(escape).join('|')})\\s*$`)
}

/** A text that begins so. */
export function startingWith(text: string): RegExp {
  return new RegExp(`^\\s*${escape(text)}`)
}
