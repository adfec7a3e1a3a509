export interface Weight {
  /** Gzipped bytes of what loads with the page. */
  atOnce: number
  /** Gzipped bytes of what an `import()` brings. */
  later: number
}

interface BundleOptions {
  /** Packages that the host has anyway, besides React. */
  external?: string[]
  /** The folder whose packages are meant. Default: this repository. */
  from?: string
}

export const BUNDLERS: Record<
  'esbuild' | 'rolldown',
  (source: string, options?: BundleOptions) => Promise<Weight>
>

export function gzippedBytes(content: string | Uint8Array): number
