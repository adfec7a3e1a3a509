// Whether any rule can be made to run away: for each one and each hostile shape, how much longer 200 kB take than
// 100 kB. Linear is 2. Run it with `npm run bench:validators`.
import * as address from '../../dist/core/address.js'
import * as fields from '../../dist/core/fields.js'
import { normalizeName } from '../../dist/core/name.js'
import { normalizePhone } from '../../dist/core/phone.js'
import { profileSchema } from '../../dist/core/profile-schema.js'
import { clientIp } from '../../dist/server/client-ip.js'
import { normalizePublicIp } from '../../dist/server/ip-address.js'
import { isMetadata } from '../../dist/server/metadata.js'
import { isSignedByAstra } from '../../dist/server/webhook-signature.js'

const LIMIT = 3
const SIZE = 100_000
const NOW = Date.parse('2026-11-23T18:00:00Z')
const POLICY = { kycType: 'verified', kycDelegation: false, minimumAge: 18, optionalFields: [], locked: [] }
const schema = profileSchema(POLICY, NOW)

const VALIDATORS = {
  normalizePhone,
  normalizeName,
  normalizeAddress1: address.normalizeAddress1,
  normalizeAddress2: address.normalizeAddress2,
  normalizeCity: address.normalizeCity,
  normalizeText: address.normalizeText,
  normalizeState: address.normalizeState,
  normalizePostalCode: address.normalizePostalCode,
  normalizeEmail: fields.normalizeEmail,
  normalizeSsnLast4: fields.normalizeSsnLast4,
  normalizeDateOfBirth: (text) => fields.normalizeDateOfBirth(text, 18, NOW),
  profileSchema: (text) => schema.safeParse(Object.fromEntries(FIELDS.map((field) => [field, text]))),
  normalizePublicIp,
  clientIp: (text) => {
    try {
      clientIp(
        { headers: { get: () => text } },
        { remoteAddress: '8.8.8.8' },
        { trustedHops: 1, environment: 'sandbox' },
      )
    } catch {
      // Refused: what counts is how long it took.
    }
  },
  isMetadata: (text) => isMetadata({ [text]: text, key: text }),
  isSignedByAstra: (text) => isSignedByAstra(new TextEncoder().encode('{}'), text, ['secret']),
}

const FIELDS = ['firstName', 'lastName', 'dateOfBirth', 'ssnLast4', 'email', 'phone', 'address1', 'address2', 'city', 'state', 'postalCode'] // prettier-ignore

/** Shapes at which badly written patterns run away: repetitions that match nearly, with a wrong end. */
const SHAPES = [
  'a', ' ', '\t', '0', '1', '\u0301', '\u00a0', '\u200b', '.', '-', ':', ',', '@', 'é', '\u{1f600}',
  'p ', 'po ', 'p o ', 'p.o.', 'po b', 'post ', 'post office ', 'apartado ', 'apdo a a ', 'drawer ', 'box 1',
  '1 ', '1.', '1-', '(1) ', '+1', 'a.', 'a@', 'a@a.', 'a-', 'a\u0301', "a'", 'ab c ', '0:', '::', '8.8.8.8,', '[::1],', ' \t\n',
] // prettier-ignore

const rows = []
for (const [name, validate] of Object.entries(VALIDATORS)) {
  let worst = { ratio: 0, shape: '', ms: 0 }
  for (const shape of SHAPES) {
    for (const end of ['', '!', ' x']) {
      const text = (bytes) => shape.repeat(Math.ceil(bytes / shape.length)) + end
      const [small, large] = [text(SIZE), text(2 * SIZE)]
      let ratio = await compare(validate, small, large)
      // A ratio over the limit may be a pause of the machine: only one that repeats counts.
      for (let again = 0; again < 4 && ratio >= LIMIT; again++)
        ratio = Math.min(ratio, await compare(validate, small, large))
      if (ratio > worst.ratio)
        worst = { ratio, shape: JSON.stringify(shape + '…' + end), ms: await time(validate, large) }
    }
  }
  rows.push({
    validator: name,
    'worst ratio': worst.ratio.toFixed(2),
    'ms for 200 kB': worst.ms.toFixed(3),
    shape: worst.shape,
  })
}
console.table(rows)
const slow = rows.filter((row) => Number(row['worst ratio']) >= LIMIT)
console.log(
  slow.length === 0 ? `all below ${LIMIT}` : `over ${LIMIT}: ${slow.map((row) => row.validator).join(', ')}`,
)
process.exitCode = slow.length === 0 ? 0 : 1

/** Interleaved, and the best of several rounds each: what is left is the work itself. */
async function compare(validate, small, large) {
  let [fast, slow] = [Infinity, Infinity]
  for (let round = 0; round < 5; round++) {
    fast = Math.min(fast, await time(validate, small))
    slow = Math.min(slow, await time(validate, large))
  }
  return slow / fast
}

/** ms per call. Calls are repeated until the clock can tell; one below a microsecond counts as one. */
async function time(validate, text) {
  const start = performance.now()
  let calls = 0
  do {
    await validate(text)
    calls += 1
  } while (performance.now() - start < 0.5)
  return Math.max((performance.now() - start) / calls, 0.001)
}
