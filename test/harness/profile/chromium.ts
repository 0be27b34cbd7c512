import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * The browser pages are tested in: CHROMIUM, or where Debian's `chromium` is. Without one these tests fail; a page test that skips is no test.
 */
export const CHROMIUM = process.env.CHROMIUM || (PLACES.find(existsSync) ?? PLACES[0]!)
