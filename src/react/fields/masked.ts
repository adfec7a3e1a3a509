/**
 * Keeps session-replay tools from recording what is typed. By attribute: Sentry, Datadog, Hotjar, LogRocket, OpenReplay,
 * Clarity; by class: FullStory and PostHog. Keep the classes beside your own.
 */
export const MASKED = {
  className: 'fs-mask ph-no-capture',
  'data-sentry-mask': '',
  'data-dd-privacy': 'mask',
  'data-hj-suppress': '',
  'data-private': '',
  'data-openreplay-obscured': '',
  'data-clarity-mask': 'true',
} as const
