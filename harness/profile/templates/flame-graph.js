;(() => {
  const root = document.currentScript.closest('svg.flame')
  const SVG = 'http://www.w3.org/2000/svg'
  const HTML = 'http://www.w3.org/1999/xhtml'
  // Tolerance for sums of positions, which are rounded to three decimals.
  const NEAR = 0.002
  const CELL = 6.71

  const panels = [...root.querySelectorAll('svg.panel')].map((element) => {
    const all = [...element.querySelectorAll('svg.f, svg.e')].map(boxOf)
    return { element, all, frames: all.filter((box) => box.isFrame), zoomed: undefined }
  })
  const boxes = new Map(
    panels.flatMap((panel) => panel.frames.map((box) => [box.element, { panel, box }])),
  )
  if (boxes.size === 0) return

  function boxOf(element) {
    const [x, y, width] = ['x', 'y', 'width'].map((name) =>
      Number.parseFloat(element.getAttribute(name)),
    )
    const title = element.querySelector('title').textContent
    return {
      element,
      x,
      y,
      width,
      title,
      label: title.split('\n')[0],
      isFrame: element.classList.contains('f'),
    }
  }

  // Roles are set here: without the script this is one picture without controls.
  root.setAttribute('role', 'group')
  for (const { frames } of panels) {
    for (const [index, { element, title }] of frames.entries()) {
      element.setAttribute('role', 'group')
      element.setAttribute('aria-label', title.replaceAll('\n', ', '))
      element.setAttribute('tabindex', index === 0 ? '0' : '-1')
    }
  }

  function zoom(panel, target) {
    panel.zoomed = target
    const { x, y, width } = target
    const end = x + width + NEAR
    for (const box of panel.all) {
      const isAbove =
        box.isFrame && box.y < y && box.x <= x + NEAR && box.x + box.width >= end - 2 * NEAR
      const isBelow = box.y >= y && box.x >= x - NEAR && box.x + box.width <= end
      box.element.classList.toggle('hidden', !isAbove && !isBelow)
      box.element.classList.toggle('above', isAbove)
      if (isAbove) place(box, 0, 100)
      if (isBelow) place(box, ((box.x - x) / width) * 100, (box.width / width) * 100)
    }
    label(panel)
  }

  function place(box, x, width) {
    box.element.setAttribute('x', `${x}%`)
    box.element.setAttribute('width', `${width}%`)
    box.shown = width
  }

  function label(panel) {
    const pixels = panel.element.getBoundingClientRect().width / 100
    for (const { element, label, width, shown = width } of panel.frames) {
      const clipped = clip(label, Math.floor((shown * pixels - 6) / CELL))
      let text = element.querySelector('text')
      if (text === null && clipped === '') continue
      if (text === null) {
        text = element.appendChild(document.createElementNS(SVG, 'text'))
        text.setAttribute('x', '3')
        text.setAttribute('y', '12')
      }
      // The class hides labels by the width of the window, which only a still picture needs.
      text.removeAttribute('class')
      text.textContent = clipped
    }
  }

  function clip(text, cells) {
    if (cells < 3) return ''
    if (cellsOf(text) <= cells) return text
    let used = 0
    let clipped = ''
    for (const character of text) {
      used += cellsOf(character)
      if (used > cells - 1) break
      clipped += character
    }
    return `${clipped}…`
  }

  function cellsOf(text) {
    let cells = 0
    for (const character of text) {
      if (/\p{M}/u.test(character)) continue
      cells += /[\u0020-\u052f\u2000-\u206f\u2190-\u2193\u25b2\u25bc]/.test(character) ? 1 : 2
    }
    return cells
  }

  function reset() {
    for (const panel of panels) zoom(panel, panel.frames[0])
  }

  // Frames are in depth-first order, so deeper frames that follow a frame are below it. A match
  // below another match does not add to the share.
  function search(text) {
    const query = text.trim().toLowerCase()
    const results = panels.map((panel) => {
      let share = 0
      let count = 0
      let covered = Number.POSITIVE_INFINITY
      for (const box of panel.frames) {
        const isHit = query !== '' && box.title.toLowerCase().includes(query)
        box.element.classList.toggle('hit', isHit)
        if (box.y <= covered) covered = Number.POSITIVE_INFINITY
        if (!isHit) continue
        count += 1
        if (covered < Number.POSITIVE_INFINITY) continue
        covered = box.y
        share += box.width
      }
      panel.element.classList.toggle('searched', query !== '')
      return { name: panel.element.dataset.name, share, count }
    })
    if (query === '') return ''
    const shares = results.map(
      ({ name, share, count }) =>
        `${share.toFixed(1)} % ${panels.length > 1 ? `of ${name}` : `in ${count} frame${count === 1 ? '' : 's'}`}`,
    )
    return `matched ${shares.join(', ')}`
  }

  const controls = root.querySelector('.controls')
  const holder = controls.appendChild(document.createElementNS(SVG, 'foreignObject'))
  for (const [name, value] of [
    ['x', '1%'],
    ['y', controls.dataset.y],
    ['width', '98%'],
    ['height', '46'],
  ])
    holder.setAttribute(name, value)
  const form = holder.appendChild(document.createElementNS(HTML, 'form'))
  const field = form.appendChild(document.createElementNS(HTML, 'input'))
  field.type = 'search'
  field.placeholder = 'search'
  field.setAttribute('aria-label', 'search the names of frames')
  const button = form.appendChild(document.createElementNS(HTML, 'button'))
  button.type = 'button'
  button.textContent = 'reset'
  const output = form.appendChild(document.createElementNS(HTML, 'output'))
  const hint = 'click or Enter: zoom, arrow keys: move, Escape: reset'
  output.textContent = hint
  const show = () => {
    output.textContent = search(field.value) || hint
    output.title = output.textContent
  }
  field.addEventListener('input', show)
  form.addEventListener('submit', (event) => event.preventDefault())
  button.addEventListener('click', () => {
    field.value = ''
    show()
    reset()
  })

  root.addEventListener('click', (event) => {
    const hit = boxes.get(event.target.closest('svg.f'))
    if (hit === undefined) return
    focus(hit)
    zoom(hit.panel, hit.box)
  })

  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      field.value = ''
      show()
      reset()
      return
    }
    const current = boxes.get(document.activeElement)
    if (current === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Enter' || event.key === ' ') zoom(current.panel, current.box)
    else {
      const next = neighbour(current, event.key)
      if (next === undefined) return
      focus({ panel: current.panel, box: next })
    }
    event.preventDefault()
  })

  function neighbour({ panel, box }, key) {
    const visible = panel.frames.filter(({ element }) => !element.classList.contains('hidden'))
    const at = visible.indexOf(box)
    if (key === 'Home') return visible[0]
    if (key === 'ArrowUp') return visible.slice(0, at).findLast(({ y }) => y < box.y)
    if (key === 'ArrowLeft') return visible.slice(0, at).findLast(({ y }) => y === box.y)
    if (key === 'ArrowRight') return visible.slice(at + 1).find(({ y }) => y === box.y)
    const following = visible[at + 1]
    if (key === 'ArrowDown' && following !== undefined && following.y > box.y) return following
    return undefined
  }

  function focus({ panel, box }) {
    for (const { element } of panel.frames) element.setAttribute('tabindex', '-1')
    box.element.setAttribute('tabindex', '0')
    box.element.focus()
  }

  const relabel = () => {
    for (const panel of panels) label(panel)
  }
  addEventListener('resize', relabel)
  // A script cannot measure the width of paper, so print uses the labels of the still picture.
  const still = [...root.querySelectorAll('svg.f')].map((element) => ({
    element,
    text: element.querySelector('text')?.cloneNode(true),
  }))
  addEventListener('beforeprint', () => {
    reset()
    for (const { element, text } of still) {
      element.querySelector('text')?.remove()
      if (text !== undefined) element.append(text.cloneNode(true))
    }
  })
  addEventListener('afterprint', relabel)
  relabel()
})()
