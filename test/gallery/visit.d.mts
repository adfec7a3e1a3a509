import type { Page } from '@playwright/test'

export const GALLERY_ORIGIN: string
export function serveGallery(page: Page): Promise<void>
export function galleryAddress(query: Record<string, string>): string
export function visitGallery(page: Page, query?: Record<string, string>): Promise<void>
export function fixtureNames(page: Page): Promise<string[]>
