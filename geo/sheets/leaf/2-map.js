// The map itself: pan, zoom, pinch, keys, pop-ups and tooltips over one SVG drawing.
'use strict'
;(function () {
  const L = window.L
  const MOST_ZOOM = 22
  const create = L.DomUtil.create

  class SheetMap extends L.Evented {
    constructor(id, options = {}) {
      super()
      this.options = options
      this.box = typeof id === 'string' ? document.getElementById(id) : id
      this.box.classList.add('leaflet-container')
      this.box.tabIndex = 0
      this.box.setAttribute('role', 'application')
      this.box.setAttribute('aria-label', options.label ?? document.title)
      const [lat, lng] = options.center ?? [0, 0]
      this.origin = L.toWorld(lng, lat)
      this.zoom = options.zoom ?? 12
      this.middle = [0, 0] // world units from the origin
      const svg = document.createElementNS(L.SVG, 'svg')
      svg.setAttribute('class', 'leaflet-pane')
      this.drawing = svg.appendChild(document.createElementNS(L.SVG, 'g'))
      this.box.append(svg)
      this.corners = {}
      for (const place of ['topleft', 'topright', 'bottomleft', 'bottomright'])
        this.corners[place] = create('div', `leaflet-corner leaflet-${place}`, this.box)
      this.tip = create('div', 'leaflet-tooltip', this.box)
      this.tip.hidden = true
      this.listen()
      if (options.zoomControl !== false) L.control.zoom().addTo(this)
      new ResizeObserver(() => this.place()).observe(this.box)
      this.place()
    }

    get scale() {
      return (256 * 2 ** this.zoom) / L.WORLD // pixels a unit
    }
    getContainer() {
      return this.box
    }
    getZoom() {
      return this.zoom
    }
    addLayer(layer) {
      layer.onAdd(this)
      ;(this.layers ??= new Set()).add(layer)
      return this.fire('layeradd', { layer })
    }
    removeLayer(layer) {
      layer.onRemove()
      this.layers?.delete(layer)
      return this
    }
    hasLayer(layer) {
      return this.layers?.has(layer) ?? false
    }
    setView(center, zoom = this.zoom) {
      const [lat, lng] = Array.isArray(center) ? center : [center.lat, center.lng]
      const [x, y] = L.toWorld(lng, lat)
      this.middle = [x - this.origin[0], y - this.origin[1]]
      this.zoom = Math.max(0, Math.min(MOST_ZOOM, zoom))
      return this.place()
    }
    flyTo(center, zoom) {
      return this.setView(center, zoom)
    }
    fitBounds(given, { maxZoom = 19 } = {}) {
      const bounds = L.Bounds.of(given)
      if (!bounds.isValid()) return this
      const [west, north] = L.toWorld(bounds.west, bounds.north)
      const [east, south] = L.toWorld(bounds.east, bounds.south)
      const { clientWidth: width, clientHeight: height } = this.box
      const fits = Math.min((width * 0.92) / Math.max(east - west, 1), (height * 0.92) / Math.max(south - north, 1))
      this.zoom = Math.max(0, Math.min(maxZoom, Math.log2((fits * L.WORLD) / 256)))
      this.middle = [(west + east) / 2 - this.origin[0], (north + south) / 2 - this.origin[1]]
      return this.place()
    }
    place() {
      const { clientWidth: width, clientHeight: height } = this.box
      const [x, y] = this.middle
      const move = `translate(${width / 2 - x * this.scale} ${height / 2 - y * this.scale}) scale(${this.scale})`
      this.drawing.setAttribute('transform', move)
      this.placePopup()
      return this.fire('move')
    }
    panBy(dx, dy) {
      this.middle = [this.middle[0] + dx / this.scale, this.middle[1] + dy / this.scale]
      return this.place()
    }
    zoomBy(steps, x = this.box.clientWidth / 2, y = this.box.clientHeight / 2) {
      const [dx, dy] = [x - this.box.clientWidth / 2, y - this.box.clientHeight / 2]
      const before = this.scale
      this.zoom = Math.max(0, Math.min(MOST_ZOOM, this.zoom + steps))
      const grown = 1 / before - 1 / this.scale
      this.middle = [this.middle[0] + dx * grown, this.middle[1] + dy * grown]
      return this.place()
    }
    zoomIn() {
      return this.zoomBy(1)
    }
    zoomOut() {
      return this.zoomBy(-1)
    }
    latLngAt(x, y) {
      const { clientWidth: width, clientHeight: height } = this.box
      const unit = (at, size, axis) => this.origin[axis] + this.middle[axis] + (at - size / 2) / this.scale
      return L.toLngLat(unit(x, width, 0), unit(y, height, 1))
    }

    openPopup(shape, latlng) {
      const bound = shape.bound('popup')
      if (!bound) return this
      this.closePopup()
      this.opened = shape
      this.anchor = latlng
      this.card = create('div', 'leaflet-popup', this.box)
      this.card.setAttribute('role', 'dialog')
      const content = typeof bound.content === 'function' ? bound.content(shape) : bound.content
      this.card.append(content)
      const close = create('button', 'leaflet-popup-close-button', this.card)
      close.textContent = '×'
      close.setAttribute('aria-label', '关闭 / close')
      close.onclick = () => this.closePopup()
      this.placePopup()
      shape.fire('popupopen')
      return this
    }
    closePopup() {
      this.card?.remove()
      this.card = null
      const shape = this.opened
      this.opened = null
      shape?.fire('popupclose')
      return this
    }
    placePopup() {
      if (!this.card) return
      const [x, y] = L.toWorld(this.anchor.lng, this.anchor.lat)
      const left = (x - this.origin[0] - this.middle[0]) * this.scale + this.box.clientWidth / 2
      const top = (y - this.origin[1] - this.middle[1]) * this.scale + this.box.clientHeight / 2
      this.card.style.left = `${left}px`
      this.card.style.top = `${top - 8}px`
    }

    listen() {
      const at = new Map()
      let moved = 0
      const inside = (event) => {
        const frame = this.box.getBoundingClientRect()
        return [event.clientX - frame.left, event.clientY - frame.top]
      }
      const spread = () => {
        const [[ax, ay], [bx, by]] = [...at.values()]
        return Math.hypot(ax - bx, ay - by)
      }
      const svg = this.box.querySelector('svg')
      svg.addEventListener('pointerdown', (event) => {
        at.set(event.pointerId, inside(event))
        moved = 0
      })
      window.addEventListener('pointermove', (event) => {
        const before = at.get(event.pointerId)
        if (!before) return
        const now = inside(event)
        const wide = at.size === 2 ? spread() : 0
        at.set(event.pointerId, now)
        moved += Math.hypot(now[0] - before[0], now[1] - before[1])
        if (at.size === 1) this.panBy(before[0] - now[0], before[1] - now[1])
        else if (at.size === 2 && wide) this.zoomBy(Math.log2(spread() / wide), ...now)
      })
      for (const end of ['pointerup', 'pointercancel'])
        window.addEventListener(end, (event) => at.delete(event.pointerId))
      svg.addEventListener('click', (event) => {
        if (moved > 6) return
        const shape = event.target.shape
        const latlng = this.latLngAt(...inside(event))
        if (!shape) return void this.closePopup()
        shape.fire('click', { latlng })
        this.openPopup(shape, latlng)
      })
      svg.addEventListener('dblclick', (event) => this.zoomBy(1, ...inside(event)))
      this.box.addEventListener(
        'wheel',
        (event) => {
          if (event.target.closest?.('.leaflet-control')) return
          event.preventDefault()
          this.zoomBy(-event.deltaY / 200, ...inside(event))
        },
        { passive: false },
      )
      svg.addEventListener('pointerover', (event) => this.hover(event.target.shape, ...inside(event)))
      svg.addEventListener('pointermove', (event) => this.carryTip(...inside(event)))
      svg.addEventListener('pointerout', (event) => {
        event.target.shape?.fire('mouseout')
        this.tip.hidden = true
      })
      this.box.addEventListener('keydown', (event) => this.key(event))
    }
    hover(shape, x, y) {
      if (!shape) return
      shape.fire('mouseover')
      const bound = shape.bound('tooltip')
      if (!bound) return
      this.tip.replaceChildren(typeof bound.content === 'function' ? bound.content(shape) : bound.content)
      this.tip.hidden = false
      this.carryTip(x, y)
    }
    carryTip(x, y) {
      const left = x > this.box.clientWidth / 2 ? x - this.tip.offsetWidth - 14 : x + 14
      this.tip.style.left = `${Math.max(0, left)}px`
      this.tip.style.top = `${Math.max(0, Math.min(y + 10, this.box.clientHeight - this.tip.offsetHeight))}px`
    }
    key(event) {
      if (event.target !== this.box && event.key !== 'Escape') return
      const acts = {
        ArrowLeft: () => this.panBy(-80, 0),
        ArrowRight: () => this.panBy(80, 0),
        ArrowUp: () => this.panBy(0, -80),
        ArrowDown: () => this.panBy(0, 80),
        '+': () => this.zoomIn(),
        '=': () => this.zoomIn(),
        '-': () => this.zoomOut(),
        Escape: () => this.closePopup(),
      }
      if (!acts[event.key]) return
      acts[event.key]()
      event.preventDefault()
    }
  }

  L.Map = SheetMap
  L.map = (id, options) => new SheetMap(id, options)
})()
