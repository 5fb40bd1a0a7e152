// The two uses that folium's templates make of jQuery: an element from a text of HTML, and joining options.
window.$ = function (html) {
  const holder = document.createElement('template')
  holder.innerHTML = html.trim()
  return [holder.content.firstElementChild]
}
window.$.extend = function (first) {
  const deep = typeof first === 'boolean'
  return Object.assign.apply(null, Array.prototype.slice.call(arguments, deep ? 1 : 0))
}
