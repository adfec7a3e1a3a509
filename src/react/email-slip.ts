const PROVIDERS = 'gmail yahoo hotmail outlook icloud aol live msn protonmail'
  .split(' ')
  .map((name) => `${name}.com`)

/** Real, though one letter away from another. */
const ALSO_REAL = ['mail.com', 'ymail.com', 'email.com', 'love.com', 'line.com', 'gmx.com']

/** The address that was probably meant, where its domain looks like a slip of the finger; null where it does not. */
export function likelyEmail(email: string): string | null {
  const [, local, typed = ''] = /^\s*([^@\s]+)@(\S+?)\s*$/.exec(email) ?? []
  if (!local) return null
  const domain = typed.toLowerCase()
  const ending = domain.replace(/\.(con|cmo|ocm|vom|xom|cpm|comm)$/, '.com')
  if (ALSO_REAL.includes(ending) || PROVIDERS.includes(ending))
    return ending === domain ? null : `${local}@${ending}`
  // "gmail.co" may be somebody who is still typing.
  const meant = PROVIDERS.find((provider) => !provider.startsWith(ending) && isOneSlip(ending, provider))
  const found = meant ?? ending
  return found === domain ? null : `${local}@${found}`
}

/** One letter too many, missing or wrong, or two in the wrong order. */
function isOneSlip(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start++
  let end = 0
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  const isSwap = left.length === 2 && left === [...right].reverse().join('')
  return isSwap || (left.length <= 1 && right.length <= 1)
}
