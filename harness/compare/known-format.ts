import type { Offer } from './series.js'

/**
 * A format of another program: its benchmarks, or undefined if the document has another format.
 *
 * @param path as the user gave it, for messages
 */
export type FormatReader<Document> = (document: Document, path: string) => Offer[] | undefined

/**
 * The benchmarks of the first format that a document has; undefined if it has none of them. They
 * can also be chosen by their numbers.
 */
export function readKnownFormat<Document>(
  readers: readonly FormatReader<Document>[],
  document: Document,
  path: string,
): Offer[] | undefined {
  for (const read of readers) {
    const offers = read(document, path)
    if (offers !== undefined)
      return offers.map((one, index) => ({
        ...one,
        aliases: [...(one.aliases ?? []), String(index + 1)],
      }))
  }
  return undefined
}
