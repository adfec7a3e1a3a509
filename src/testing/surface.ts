/** A form field, as it stands. */
export type FieldAccess = 'absent' | 'locked' | 'open'

/**
 * What a page object needs of a page, in the words of both worlds. Make one with `testingLibrary` or `playwright`, or
 * write your own for another tool: seven functions.
 */
export interface Surface {
  /** The texts of all headings of this level that can be seen. */
  headings(level: number): Promise<readonly string[]>
  /** The text of the first element whose own text fits, or null. */
  text(pattern: RegExp): Promise<string | null>
  /** How the text field or list with this accessible name stands. */
  field(name: RegExp): Promise<FieldAccess>
  /** Puts a text in the place of what is in the field. */
  fill(name: RegExp, text: string): Promise<void>
  /** Chooses an option of a list by its value. */
  choose(name: RegExp, value: string): Promise<void>
  /** Waits for a button and presses it. */
  press(name: RegExp): Promise<void>
  /** Waits until this is true; false when that takes too long. */
  until(isSo: () => Promise<boolean>): Promise<boolean>
}
