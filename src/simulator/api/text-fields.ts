/** What Astra's pages say about a field, or what its examples show where they say nothing. */
const PATTERNS: Record<string, RegExp> = {
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
  phone: /^\+\d{11}$/,
  state: /^[A-Z]{2}$/,
  postal_code: /^\d{5}(-\d{4})?$/,
  date_of_birth: /^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$/,
  ssn: /^\d{4}$/,
  ip_address: /^(?!127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[0-9a-f.:]+$/,
}

/** What is wrong with an object of texts; empty when nothing is. */
export function textProblems(
  body: Record<string, unknown>,
  { required, optional }: { required: readonly string[]; optional: readonly string[] },
): Record<string, string[]> {
  const problems: Record<string, string[]> = {}
  for (const name of required) if (!body[name]) problems[name] = ['This field is required.']
  for (const [name, value] of Object.entries(body)) {
    if (!required.includes(name) && !optional.includes(name)) problems[name] = ['Unknown field.']
    else if (typeof value !== 'string') problems[name] = ['Not a string.']
    else if (PATTERNS[name] && !problems[name] && !PATTERNS[name].test(value)) {
      problems[name] = ['This field is invalid.']
    }
  }
  return problems
}
