import { createHash } from 'node:crypto'

const SEAL = /^([\s\S]*\n)<!-- sha256 of the text above: ([0-9a-f]{64}) -->\n$/

/** A page with its own hash in a last line that readers of markdown do not see. */
export function sealText(text: string): string {
  return `${text}<!-- sha256 of the text above: ${digestOf(text)} -->\n`
}

/** Whether a page is as it was sealed; `unsealed` if it has no hash. */
export function sealOf(text: string): 'whole' | 'changed' | 'unsealed' {
  const [, above, digest] = SEAL.exec(text) ?? []
  if (above === undefined) return 'unsealed'
  return digestOf(above) === digest ? 'whole' : 'changed'
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
