export type BrowserName = 'chromium' | 'shell' | 'firefox' | 'webkit' | 'minibrowser' | 'display'
export function findBrowser(name: BrowserName): string | undefined
export function ensureBrowsers(...names: BrowserName[]): string[]
