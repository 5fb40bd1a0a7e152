// Draws GeoJSON as SVG under the names that folium's templates call (L.geoJson, L.featureGroup …). No network, no worker.
'use strict'
;(function () {
  const WORLD = 2 ** 28 // units round the equator, 15 cm each
  const SVG = 'http://www.w3.org/2000/svg'
  const PLAIN = { color: '#3388ff', weight: 3, opacity: 1, fillOpacity: 0.2, radius: 5 }

  const toWorld = (lng, lat) => {
    const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180)
    return [(lng / 360 + 0.5) * WORLD, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD]
  }
  const toLngLat = (x, y) => {
    const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / WORLD))) * 180) / Math.PI
    return { lng: (x / WORLD - 0.5) * 360, lat }
  }

  class Bounds {
    constructor(south = Infinity, west = Infinity, north = -Infinity, east = -Infinity) {
      Object.assign(this, { south, west, north, east })
    }
    static of(given) {
      if (given instanceof Bounds) return given
      const all = new Bounds()
      for (const [lat, lng] of given) all.extend(lat, lng)
      return all
    }
    extend(lat, lng) {
      this.south = Math.min(this.south, lat)
      this.north = Math.max(this.north, lat)
      this.west = Math.min(this.west, lng)
      this.east = Math.max(this.east, lng)
      return this
    }
    include(other) {
      return other.isValid() ? this.extend(other.south, other.west).extend(other.north, other.east) : this
    }
    isValid() {
      return this.south <= this.north
    }
    getCenter() {
      return { lat: (this.south + this.north) / 2, lng: (this.west + this.east) / 2 }
    }
  }

  class Evented {
    on(what, act) {
      const acts = typeof what === 'string' ? Object.fromEntries(what.split(' ').map((name) => [name, act])) : what
      this.listeners ??= {}
      for (const [name, listener] of Object.entries(acts)) (this.listeners[name] ??= []).push(listener)
      return this
    }
    fire(name, more = {}) {
      for (const listener of this.listeners?.[name] ?? []) listener({ type: name, target: this, layer: this, ...more })
      return this
    }
  }

  class Layer extends Evented {
    addTo(target) {
      target.addLayer(this)
      return this
    }
    remove() {
      this.map?.removeLayer(this)
      return this
    }
    bindPopup(content, options) {
      this.popup = { content, options }
      return this
    }
    bindTooltip(content, options) {
      this.tooltip = { content, options }
      return this
    }
    bound(kind) {
      for (let layer = this; layer; layer = layer.group) if (layer[kind]) return layer[kind]
      return null
    }
    isPopupOpen() {
      return this.map?.opened === this
    }
  }

  // One feature: a path in world units that the map's group scales, so that zooming touches no path.
  class Shape extends Layer {
    constructor(feature, options = {}) {
      super()
      this.feature = feature
      this.options = { ...PLAIN, ...options }
      this.bounds = new Bounds()
      eachPosition(feature.geometry, ([lng, lat]) => this.bounds.extend(lat, lng))
    }
    getBounds() {
      return this.bounds
    }
    getElement() {
      return this.path
    }
    setStyle(style) {
      Object.assign(this.options, typeof style === 'function' ? style(this.feature) : style)
      if (this.path) this.paint()
      return this
    }
    bringToFront() {
      this.path?.parentNode?.append(this.path)
      return this
    }
    onAdd(map) {
      this.map = map
      if (!this.path) {
        this.path = document.createElementNS(SVG, 'path')
        this.path.setAttribute('d', outline(this.feature.geometry, map.origin))
        this.path.setAttribute('class', 'leaflet-interactive')
        this.path.shape = this
      }
      this.paint()
      map.drawing.append(this.path)
    }
    onRemove() {
      this.path?.remove()
    }
    paint() {
      const look = this.options
      const dot = /Point$/.test(this.feature.geometry?.type ?? '')
      const area = /Polygon$/.test(this.feature.geometry?.type ?? '')
      const set = (name, value) => this.path.setAttribute(name, value)
      set('stroke', dot ? (look.fillColor ?? look.color) : look.color)
      set('stroke-width', dot ? 2 * look.radius : look.stroke === false ? 0 : look.weight)
      set('stroke-opacity', dot ? Math.max(look.fillOpacity, look.opacity) : look.opacity)
      set('fill', area && look.fill !== false ? (look.fillColor ?? look.color) : 'none')
      set('fill-opacity', look.fillOpacity)
      if (look.dashArray) set('stroke-dasharray', look.dashArray)
    }
  }

  class Group extends Layer {
    constructor(options = {}) {
      super()
      this.options = options
      this.layers = new Set()
    }
    addLayer(layer) {
      layer.group = this
      this.layers.add(layer)
      if (this.map) layer.onAdd(this.map)
      return this
    }
    removeLayer(layer) {
      this.layers.delete(layer)
      layer.onRemove()
      return this
    }
    eachLayer(act) {
      this.layers.forEach(act)
      return this
    }
    getLayers() {
      return [...this.layers]
    }
    getBounds() {
      const all = new Bounds()
      this.eachLayer((layer) => all.include(layer.getBounds()))
      return all
    }
    setStyle(style) {
      return this.eachLayer((layer) => layer.setStyle(style))
    }
    bringToFront() {
      return this.eachLayer((layer) => layer.bringToFront())
    }
    onAdd(map) {
      this.map = map
      this.eachLayer((layer) => layer.onAdd(map))
    }
    onRemove() {
      this.eachLayer((layer) => layer.onRemove())
      this.map = null
    }
  }

  class GeoJson extends Group {
    constructor(data, options = {}) {
      super(options)
      if (data) this.addData(data)
    }
    addData(data) {
      for (const feature of data.features ?? [data]) {
        if (!feature.geometry) continue
        const shape = new Shape(feature, this.styled(feature))
        this.options.onEachFeature?.(feature, shape)
        this.addLayer(shape)
      }
      return this
    }
    styled(feature) {
      const style = this.options.style
      return typeof style === 'function' ? style(feature) : (style ?? {})
    }
    resetStyle(shape) {
      for (const each of shape ? [shape] : this.layers) {
        each.options = { ...PLAIN, ...this.styled(each.feature) }
        if (each.path) each.paint()
      }
      return this
    }
  }

  function eachPosition(geometry, act) {
    const walk = (part) => (typeof part[0] === 'number' ? act(part) : part.forEach(walk))
    if (geometry?.geometries) geometry.geometries.forEach((each) => eachPosition(each, act))
    else if (geometry?.coordinates?.length) walk(geometry.coordinates)
  }

  // The "d" of a path, relative to the map's origin, to a tenth of a unit (1.5 cm).
  function outline(geometry, [ox, oy]) {
    const at = ([lng, lat]) => {
      const [x, y] = toWorld(lng, lat)
      return `${(x - ox).toFixed(1)} ${(y - oy).toFixed(1)}`
    }
    const line = (points) => `M${points.map(at).join('L')}`
    const area = (rings) => rings.map((ring) => `${line(ring)}Z`).join('')
    const drawn = {
      Point: (c) => `M${at(c)}h0.01`,
      MultiPoint: (c) => c.map((point) => `M${at(point)}h0.01`).join(''),
      LineString: line,
      MultiLineString: (c) => c.map(line).join(''),
      Polygon: area,
      MultiPolygon: (c) => c.map(area).join(''),
    }
    if (geometry.geometries) return geometry.geometries.map((each) => outline(each, [ox, oy])).join('')
    return drawn[geometry.type](geometry.coordinates)
  }

  const create = (tag, name = '', inside = null) => {
    const element = document.createElement(tag)
    element.className = name
    inside?.append(element)
    return element
  }

  window.L = {
    WORLD,
    SVG,
    toWorld,
    toLngLat,
    Bounds,
    Evented,
    CRS: { EPSG3857: 'EPSG:3857' },
    DomUtil: { create },
    geoJson: (data, options) => new GeoJson(data, options),
    geoJSON: (data, options) => new GeoJson(data, options),
    featureGroup: (options) => new Group(Array.isArray(options) ? {} : options),
    layerGroup: (options) => new Group(Array.isArray(options) ? {} : options),
    latLngBounds: (given) => Bounds.of(given),
  }
})()
