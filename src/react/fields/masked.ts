/** Keeps session-replay tools from recording what is typed. */
export const MASKED = {
  'data-sentry-mask': '',
  'data-dd-privacy': 'mask',
  'data-hj-suppress': '',
  'data-private': '',
  'data-openreplay-obscured': '',
  'data-clarity-mask': 'true',
} as const
