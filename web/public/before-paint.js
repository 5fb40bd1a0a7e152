// Sets the reader's language and theme before anything is painted, so that nobody who works at night is flashed at.
// It stands alone because the strict content policy allows no script inside the page.
;(function () {
  const root = document.documentElement
  let theme = null
  let language = null
  try {
    theme = localStorage.getItem('minqing.theme')
    language = localStorage.getItem('minqing.language')
  } catch {
    // A browser that forbids storage gets the defaults.
  }
  const dark = theme ? theme === 'night' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'night' : 'day'
  root.classList.toggle('dark', dark)
  if (language === 'en') root.lang = 'en'
})()
