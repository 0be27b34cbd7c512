import { type Colour, FILLS, INK, PAGE } from './flame-colours.js'

/** px */
export const FONT_SIZE = 11

/**
 * Widths of a window, px. Without a script that cuts labels to fit, a label is shown from one of
 * these widths on.
 */
export const LABEL_STEPS: readonly number[] = [360, 480, 640, 800, 960, 1080, 1200]

/**
 * The style sheet of one picture. Every rule begins with the id of the picture, because a style
 * element applies to the whole page. The picture is dark if the reader prefers dark pages.
 *
 * @param further colours of classes that only this picture has
 */
export function flameStyle(id: string, further: Readonly<Record<string, Colour>> = {}): string {
  const fills = { ...FILLS, ...further }
  return `
#${id}{display:block;max-width:100%;font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
#${id} text{direction:ltr;unicode-bidi:isolate;white-space:pre;pointer-events:none}
#${id} .title{font-weight:bold}
#${id} .hatch{fill:none;stroke-width:1.5;stroke-opacity:.2}
#${id} .f rect,#${id} .e rect{stroke-width:1}
#${id} .hidden{display:none}
#${id} .above{opacity:.6}
#${id} .f[tabindex]{cursor:pointer}
#${id} .f:focus{outline:none}
#${id} .f:focus rect{stroke-width:4}
#${id} .searched .f:not(.hit){opacity:.35}
#${id} form{display:flex;flex-wrap:wrap;gap:4px 6px;align-items:center;margin:0;font:inherit}
#${id} input,#${id} button{font:inherit;height:26px;box-sizing:border-box;padding:0 6px;border:1px solid;border-radius:3px;background:transparent;color:inherit}
#${id} input{flex:0 1 220px;min-width:60px}
#${id} input:focus-visible,#${id} button:focus-visible{outline:2px solid;outline-offset:-2px}
#${id} output{flex:0 0 100%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
${LABEL_STEPS.map((step) => `@media (max-width:${step - 1}px){#${id} .w${step}{display:none}}`).join('\n')}
${scheme(id, 'light', fills)}@media (prefers-color-scheme:dark){
${scheme(id, 'dark', fills)}}
`
}

function scheme(id: string, name: keyof Colour, colours: Readonly<Record<string, Colour>>): string {
  const fills = Object.entries(colours).map(
    ([fill, colour]) => `#${id} .${fill}{fill:${colour[name]}}\n`,
  )
  return `#${id}{color-scheme:${name}}
#${id} text{fill:${INK[name]}}
#${id} form{color:${INK[name]}}
#${id} .page{fill:${PAGE[name]}}
#${id} .hatch,#${id} .f:focus rect{stroke:${INK[name]}}
#${id} .f rect,#${id} .e rect{stroke:${PAGE[name]}}
#${id} .f:focus rect{stroke:${INK[name]}}
${fills.join('')}`
}
