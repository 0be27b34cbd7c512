/** A text as the beginning of a sentence. @param text not empty */
export function capitalize(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`
}
