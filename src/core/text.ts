/** No typed value comes near this, blanks and all; longer input is refused unread, so no rule can be kept busy. */
export const LONGEST_INPUT = 1024

/**
 * Soft hyphen, zero-width characters, bidi marks, embeddings and isolates, byte-order mark, variation selectors, and
 * the fillers of Hangul, which count as letters though nobody sees them.
 */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu

/** Text without the characters that nobody sees and that come along when something is pasted. */
export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '')
}

/** Runs of white space, of any Unicode kind, as one blank; none at the ends. */
export function collapseBlanks(text: string): string {
  return text.replace(/[\p{Z}\t\n\r\u0085]+/gu, ' ').replace(/^ | $/g, '')
}
