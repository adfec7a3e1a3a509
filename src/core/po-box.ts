import { stripInvisible } from './text.ts'

/**
 * Whether an address line contains a post-office-box designator. Works on the line in a plain spelling: lower-case
 * Latin letters and digits, one blank wherever there was anything else. Every pattern is linear on such text.
 * @see USPS Publication 28 §28
 */
export function hasPoBox(line: string): boolean {
  const plain = plainSpelling(line)
  return ANYWHERE.some((pattern) => pattern.test(plain)) || WHOLE_LINE.test(plain)
}

/** The letters of a word with anything between them; a zero counts as the letter O. */
function spaced(word: string): string {
  return [...word].map((letter) => (letter === 'o' ? '[o0]' : letter)).join(' ?')
}

const START = '(?<![a-z])'
const END = '(?![a-z])'
const PO = 'p ?[o0]'
const POST_OFFICE = `${spaced('post')} ?(?:${spaced('office')})?`
const BOX = 'b ?[o0]? ?x'
const HOLDERS = ['drawer', 'bin', 'lockbox', 'caller'].map(spaced).join('|')
const APARTADO = ['apartado', 'apdo'].map(spaced).join('|')
const NUMBER = '(?:no |num |number )?\\d+(?: ?[a-z])?'

const ANYWHERE = [
  // P.O. Box, POBox, PO Bx, p-o-box, P0 B0X
  new RegExp(`${START}${PO} ?${BOX}${END}`),
  // POB, P.O.B.
  new RegExp(`${START}p ?[o0] ?b${END}`),
  // Post Box, Post Office Box, Postal Box
  new RegExp(`${START}(?:${POST_OFFICE}|${spaced('postal')}) ?${BOX}${END}`),
  // PO Drawer, Post Office Drawer, PO Caller …
  new RegExp(`${START}(?:${PO}|${spaced('postoffice')}) ?(?:${HOLDERS})${END}`),
  // P.O. 3107: the number straight after. A zero for the O needs a gap, or "Apt P05" would be one.
  new RegExp(`${START}p ?(?:o ?|0 )(?:no |num |number )?\\d`),
  // Apartado 1187, Apartado Postal 26, Apdo. 5
  new RegExp(`${START}(?:${APARTADO})(?: [a-z]+){0,2} ?\\d`),
  new RegExp(`${START}(?:${APARTADO})(?: de)? (?:postal|correos?)${END}`),
]

/** Without "PO" these are boxes only when nothing else stands on the line. */
const WHOLE_LINE = new RegExp(
  `^(?:${BOX}|(?:${spaced('firm')} ?)?${spaced('caller')}|${HOLDERS}) ?${NUMBER}$`,
)

function plainSpelling(line: string): string {
  return stripInvisible(line)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}\p{Lm}]/gu, '')
    .replace(/[\u0370-\u052f]/g, (letter) => DOUBLES[FOREIGN.indexOf(letter)] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^ | $/g, '')
}

/** Cyrillic and Greek letters that look like those of the words above, and under each its Latin double. */
const FOREIGN = 'авсеікморѕтхьӏԁԝαβειορτχ'
const DOUBLES = 'abceikmopstxbldwabeioptx'
