import domino from 'domino'

/** The part of a DOM element that tests use; domino's types would need those of a browser. */
export interface DomElement {
  readonly tagName: string
  readonly textContent: string
  readonly attributes: ArrayLike<{ readonly name: string; readonly value: string }>
  readonly childNodes: ArrayLike<DomElement & { readonly nodeType: number }>
  getAttribute(name: string): string | null
  querySelectorAll(selector: string): ArrayLike<DomElement>
}

/** A page, parsed by a real HTML parser. */
export function parsePage(html: string): DomElement {
  return domino.createDocument(html).documentElement as unknown as DomElement
}

export function all(root: DomElement, selector: string): DomElement[] {
  return Array.from(root.querySelectorAll(selector))
}

/** Elements and the names of their attributes in document order, without text. */
export function skeletonOf(element: DomElement): string {
  const names = Array.from(element.attributes, ({ name }) => name).sort()
  const below = Array.from(element.childNodes).filter(({ nodeType }) => nodeType === 1)
  return `${element.tagName.toLowerCase()}[${names.join(' ')}](${below.map(skeletonOf).join(',')})`
}
