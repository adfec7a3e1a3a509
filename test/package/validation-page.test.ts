import { format, resolveConfig } from 'prettier'
import { expect, it } from 'vitest'
import { FIELD_CODES } from '../../src/core/field-codes.ts'
import type { FieldCode } from '../../src/core/field-codes.ts'
import type { ProfileField } from '../../src/core/profile.ts'
import { en } from '../../src/react/messages/en.ts'
import { fieldError } from '../../src/react/messages/field-error.ts'
import { FIELD_EXAMPLES } from '../support/field-examples.ts'

const PAGE = '../../docs/validation.md'

/** Codes about the request, not about what somebody typed. */
const ABOUT_THE_REQUEST = {
  'field.locked': {
    field: 'email',
    rule: 'what `identify` supplies is never sent by the browser',
    refused: 'any value, where `identify` gives one',
    accepted: 'the member is missing',
  },
  'field.not_asked': {
    field: 'ssnLast4',
    rule: 'what the policy does not ask is never sent',
    refused: 'any value, where `kycType` is `receive-only`',
    accepted: 'the member is missing',
  },
} as const

it('docs/validation.md is the code list of this version; `npm run docs` writes it anew', async () => {
  await expect(await page()).toMatchFileSnapshot(PAGE)
})

async function page(): Promise<string> {
  const rows = FIELD_CODES.map((code) => {
    const { field, rule, refused, accepted } = describe(code)
    return `| \`${code}\` | ${cell(rule)} | ${refused} | ${accepted} | ${cell(fieldError(en, field, code))} |`
  })
  const markdown = `# What is valid

Every rule that the form and the proxy share, with the code that a refusal carries. Codes are stable: match on them.
Sentences are the widget's English ones and may be worded anew in any version. Written by \`npm run docs\` from the code
list; do not edit.

The proxy answers a refused profile with 422 \`profile_invalid\` and one code per field; see [README](../README.md#profile_invalid).
Characters that nobody sees are written as in JSON, and \`×\` says how often a text repeats.

| Code | Rule | Refused | Accepted | Sentence |
|---|---|---|---|---|
${rows.join('\n')}
`
  return format(markdown, { ...(await resolveConfig('docs/validation.md')), parser: 'markdown' })
}

function describe(code: FieldCode): {
  field: ProfileField
  rule: string
  refused: string
  accepted: string
} {
  if (code === 'field.locked' || code === 'field.not_asked') return ABOUT_THE_REQUEST[code]
  const { field, rule, refused, accepted } = FIELD_EXAMPLES[code]
  return { field, rule, refused: example(refused), accepted: example(accepted) }
}

/** As code, with every character visible; long repetitions are summed up. */
function example(text: string): string {
  const visible = JSON.stringify(text).replace(
    /[^ -~’é]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const short = visible.replace(
    /(.{1,2}?)\1{19,}/g,
    (run, unit: string) => `${unit}×${run.length / unit.length}`,
  )
  return `\`${short.slice(1, -1).replaceAll('|', '\\|') || ' '}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}
