const ROWS =
  'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,' +
  'DC District of Columbia,FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,' +
  'KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,MA Massachusetts,MI Michigan,MN Minnesota,' +
  'MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,NM New Mexico,' +
  'NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,' +
  'RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,' +
  'WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming,AS American Samoa,GU Guam,' +
  'MP Northern Mariana Islands,PR Puerto Rico,VI US Virgin Islands,AA Armed Forces Americas,' +
  'AE Armed Forces Europe,AP Armed Forces Pacific'

/** Names of the 50 states, the district, the territories and the armed forces' areas by their postal codes, in the order of lists. */
export const STATE_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  ROWS.split(',').map((row) => [row.slice(0, 2), row.slice(3)]),
)

/** True for a two-letter code in capitals that the post knows. */
export function isStateCode(text: string): boolean {
  return Object.hasOwn(STATE_NAMES, text)
}
