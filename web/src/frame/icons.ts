/** The pages' signs as strokes on a 24 × 24 field, drawn for this page. */

export const ICONS = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 20 20',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  cube: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12 4 7.5',
  sheet: 'M4 9l8-4 8 4-8 4zM4 9v6l8 4 8-4V9',
  home: 'M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6',
  expand: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  shrink: 'M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5',
  print: 'M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7z',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.6 9.6a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.7M12 16.6v.2',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5z',
  panel: 'M4 5h16v14H4zM10 5v14',
  chevron: 'M9 6l6 6-6 6',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1',
  aim: 'M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM12 3v4M12 17v4M3 12h4M17 12h4',
  key: 'M4 6h16M4 12h10M4 18h7M18 14l2 2-2 2',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20c.6-3.800 3.700-6 7.500-6s6.900 2.200 7.500 6',
  menu: 'M4 6h16M4 12h16M4 18h16',
  warning: 'M12 4l9 16H3zM12 10v4.500M12 17v.2',
} as const

export type IconName = keyof typeof ICONS
