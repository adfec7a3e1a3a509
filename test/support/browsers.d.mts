export type BrowserName = 'chromium' | 'firefox' | 'webkit' | 'minibrowser' | 'display'
export function findBrowser(name: BrowserName): string | undefined
export function ensureBrowsers(...names: BrowserName[]): string[]
