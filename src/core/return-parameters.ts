/** Parameters that belong to a return; the page strips these and keeps every other. */
export const RETURN_PARAMETERS = [
  'code',
  'authorization_code',
  'state',
  'error',
  'error_description',
] as const

/** Every value we put into `state` starts so; a page can tell our return from another OAuth return by it. */
export const STATE_PREFIX = 'astra.'

/** Name of the parameter by which a page that resumes after a redirect learns the flow's id. */
export const FLOW_PARAMETER = 'astra_flow'
