// The built gallery, without a server: every request of a page is answered from build/gallery.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const FOLDER = fileURLToPath(new URL('../../build/gallery', import.meta.url))

/** Where the pages of {@link serveGallery} are. */
export const GALLERY_ORIGIN = 'http://gallery.test'

/** Answers this page's requests from the built gallery; also those of frames inside it. */
export async function serveGallery(page) {
  if (!existsSync(FOLDER)) throw new Error('The gallery is missing. Run `npm run build:gallery`.')
  await page.route(`${GALLERY_ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({ path: join(FOLDER, pathname === '/' ? 'index.html' : pathname) })
  })
}

/** The address of one fixture, like `{ fixture: 'complete', scheme: 'dark' }`. */
export function galleryAddress(query) {
  return `${GALLERY_ORIGIN}/?${new URLSearchParams(query).toString()}`
}

/** Shows one fixture or, without `fixture`, all that are no dialogs; ready to be looked at. */
export async function visitGallery(page, query = {}) {
  await page.goto(galleryAddress(query))
  await page.locator('html[data-names]').waitFor()
}

/** The names of all fixtures, from any page of the gallery. */
export async function fixtureNames(page) {
  return (await page.locator('html').getAttribute('data-names')).split(' ')
}
