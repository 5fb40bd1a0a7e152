// What stands in the corners of a sheet: zoom, scale, layers, and the two of ours, legend and search.
'use strict'
;(function () {
  const L = window.L
  const create = L.DomUtil.create

  class Control {
    constructor(options = {}) {
      this.options = options
    }
    addTo(map) {
      this.map = map
      this.box = this.onAdd(map)
      this.box.classList.add('leaflet-control')
      map.corners[this.options.position ?? this.place ?? 'topright'].append(this.box)
      return this
    }
    getContainer() {
      return this.box
    }
  }

  class Zoom extends Control {
    place = 'topleft'
    onAdd(map) {
      const box = create('div', 'leaflet-control-zoom')
      for (const [sign, label, steps] of [
        ['+', '放大 / zoom in', 1],
        ['−', '缩小 / zoom out', -1],
      ]) {
        const button = create('button', '', box)
        button.type = 'button'
        button.textContent = sign
        button.setAttribute('aria-label', label)
        button.onclick = () => map.zoomBy(steps)
      }
      return box
    }
  }

  class Scale extends Control {
    place = 'bottomleft'
    onAdd(map) {
      const box = create('div', 'leaflet-control-scale')
      const tell = () => {
        const { lat } = map.latLngAt(0, map.box.clientHeight / 2)
        const metre = map.scale * (L.WORLD / (40_075_016.7 * Math.cos((lat * Math.PI) / 180))) // pixels
        const rough = 120 / metre
        const power = 10 ** Math.floor(Math.log10(rough))
        const round = [5, 2, 1].find((n) => n * power <= rough) * power
        box.style.width = `${round * metre}px`
        box.textContent = round >= 1000 ? `${round / 1000} km` : `${round} m`
      }
      map.on('move', tell)
      tell()
      return box
    }
  }

  class Layers extends Control {
    constructor(base, overlays, options) {
      super(options)
      this.base = base
      this.overlays = overlays
    }
    onAdd(map) {
      const box = create('details', 'leaflet-control-layers')
      box.open = !this.options.collapsed
      create('summary', '', box).textContent = '图层 / layers'
      const list = create('div', '', box)
      const rows = [...Object.entries(this.base ?? {}), ...Object.entries(this.overlays ?? {})]
      for (const [name, layer] of rows) {
        const label = create('label', '', list)
        const box = create('input', '', label)
        box.type = 'checkbox'
        box.checked = map.hasLayer(layer)
        box.onchange = () => {
          box.checked ? map.addLayer(layer) : map.removeLayer(layer)
          map.fire(box.checked ? 'overlayadd' : 'overlayremove', { layer, name })
        }
        label.append(` ${name}`)
      }
      return box
    }
  }

  // {title, note, keys: [{color, label, dashed?}]}
  class Legend extends Control {
    place = 'bottomright'
    onAdd() {
      const box = create('details', 'sheet-legend')
      box.open = true
      create('summary', '', box).textContent = this.options.title
      for (const key of this.options.keys) {
        const row = create('div', 'sheet-key', box)
        create('span', key.dashed ? 'sheet-swatch dashed' : 'sheet-swatch', row).style.background = key.color
        create('span', '', row).textContent = key.label
      }
      if (this.options.note) create('p', '', box).textContent = this.options.note
      return box
    }
  }

  // {groups: [L.GeoJson], fields, placeholder}: every word typed has to occur in one of the fields.
  class Search extends Control {
    place = 'topleft'
    onAdd(map) {
      const box = create('div', 'sheet-search')
      const field = create('input', '', box)
      field.type = 'search'
      field.placeholder = this.options.placeholder
      field.setAttribute('aria-label', this.options.placeholder)
      const list = create('ul', '', box)
      field.oninput = () => list.replaceChildren(...this.found(field.value).map((shape) => this.row(map, shape)))
      field.onkeydown = (event) => {
        if (event.key === 'Enter') list.querySelector('button')?.click()
        if (event.key === 'Escape') list.replaceChildren((field.value = ''))
      }
      return box
    }
    found(typed) {
      const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
      if (!words.length) return []
      const hits = []
      for (const group of this.options.groups)
        for (const shape of group.getLayers()) {
          const text = this.text(shape).toLowerCase()
          if (words.every((word) => text.includes(word)) && hits.push(shape) >= 12) return hits
        }
      return hits
    }
    text(shape) {
      return this.options.fields.map((name) => plain(shape.feature.properties[name])).filter(Boolean).join(' · ')
    }
    row(map, shape) {
      const row = create('li')
      const button = create('button', '', row)
      button.type = 'button'
      button.textContent = this.text(shape)
      button.onclick = () => {
        if (!shape.map) map.addLayer(shape.group)
        button.closest('ul').replaceChildren()
        map.fitBounds(shape.getBounds(), { maxZoom: 18 })
        map.openPopup(shape, shape.getBounds().getCenter())
      }
      return row
    }
  }

  // Properties are written as HTML text, because folium's own templates put them into innerHTML.
  const plain = (value) => {
    if (typeof value !== 'string') return value == null ? '' : String(value)
    return new DOMParser().parseFromString(value, 'text/html').documentElement.textContent
  }

  L.Control = Control
  L.control = {
    zoom: (options) => new Zoom(options),
    scale: (options) => new Scale(options),
    layers: (base, overlays, options = {}) => new Layers(base, overlays, options),
    legend: (options) => new Legend(options),
    search: (options) => new Search(options),
  }
})()
