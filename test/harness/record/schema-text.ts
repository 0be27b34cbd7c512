/**
 * The style of this repository's JSON files: two spaces, and a list of scalars on one line where it
 * fits into 100 columns.
 */
export function schemaText(schema: unknown): string {
  const text = JSON.stringify(schema, null, 2)
  return `${text.replace(
    /^( *)(.*)\[\n([^[\]{}]*?)\n *\](,?)$/gm,
    (whole, indent: string, head: string, items: string, comma: string) => {
      const line = `${indent}${head}[${items.trim().replace(/\s*\n\s*/g, ' ')}]${comma}`
      return line.length <= 100 ? line : whole
    },
  )}\n`
}
