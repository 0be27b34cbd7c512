import { SaxesParser } from 'saxes'

/** An element of a parsed document. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Text directly inside. */
  readonly text: string
}

/**
 * Parses XML strictly.
 *
 * @throws {Error} the document is not well-formed
 */
export function parseXml(document: string): XmlElement {
  const parser = new SaxesParser()
  const root = { name: '', attributes: {}, children: [] as XmlElement[], text: '' }
  const open = [root]
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element = {
      name,
      attributes: attributes as Record<string, string>,
      children: [],
      text: '',
    }
    open.at(-1)!.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    open.pop()
  })
  const addText = (text: string): void => {
    open.at(-1)!.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(document).close()
  return root.children[0]!
}

/** The descendants of an element, and itself, that meet a condition, in document order. */
export function elementsOf(
  element: XmlElement,
  wanted: (element: XmlElement) => boolean,
): XmlElement[] {
  return [
    ...(wanted(element) ? [element] : []),
    ...element.children.flatMap((child) => elementsOf(child, wanted)),
  ]
}

/** A drawn frame. */
export interface DrawnFrame {
  /** Lines of its title. */
  readonly title: readonly string[]
  readonly label: string
  /** px */
  readonly left: number
  readonly width: number
  readonly row: number
  readonly fill: string
  readonly patterns: number
}

/** The frames of every panel of a picture. */
export function drawnPanels(svg: string, pictureWidth = 1200): DrawnFrame[][] {
  const panels = elementsOf(parseXml(svg), ({ attributes }) => attributes.class === 'panel')
  return panels.map((panel) =>
    elementsOf(panel, ({ attributes }) => attributes.class === 'f').map(
      ({ attributes, children }) => {
        const px = (value: string): number => (Number.parseFloat(value) / 100) * pictureWidth * 0.98
        const rects = children.filter(({ name }) => name === 'rect')
        return {
          title: children.find(({ name }) => name === 'title')!.text.split('\n'),
          label: children.find(({ name }) => name === 'text')?.text ?? '',
          left: px(attributes.x!),
          width: px(attributes.width!),
          row: Number(attributes.y) / 18,
          fill: rects[0]!.attributes.class!,
          patterns: rects.length - 1,
        }
      },
    ),
  )
}

/** All lines of text, labels of frames included. */
export function textsOf(svg: string): string[] {
  return elementsOf(parseXml(svg), ({ name }) => name === 'text').map(({ text }) => text)
}
