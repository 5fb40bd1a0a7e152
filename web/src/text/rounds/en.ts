/** The words of the desk's page of rounds, in English. */

import type { RoundsTexts } from './zh-CN'

export const english: RoundsTexts = {
  since: 'From',
  until: 'To',
  community: 'Community',
  all: 'All',
  tabs: { rounds: 'Rounds', grids: 'Coverage', plans: 'Plans' },
  tabsLabel: 'What to look at',
  sums: (passed, visited, units, households) =>
    `${units} entrances: ${passed} passed, ${visited} visited; ${households} of the households reached`,
  flagged: 'Only with something odd',
  columns: { when: 'When', who: 'Grid worker', where: 'Community', far: 'Way', passed: 'Entrances', flags: 'Odd' },
  gridColumns: { grid: 'Micro-grid', units: 'Entrances', passed: 'Passed', visited: 'Visited', notHome: 'Not at home' },
  planColumns: { list: 'Checklist', where: 'Community', every: 'Every', last: 'Last', due: 'Due' },
  every: (days) => `${days} days`,
  never: 'never yet',
  late: 'late',
  metres: (m) => `${m} m`,
  none: 'No rounds in this period',
  noneBody: 'Choose another period, or another community.',
  running: 'on duty',
  noGrid: 'In no grid',
  honest: 'What looks odd is a hint; the grid lead judges. Tracks are deleted after half a year. A look at somebody else’s track is recorded in the audit.',
  figures: (fixes, leftOut, minutes) => `${fixes} fixes, ${leftOut} left out, ${minutes} min`,
  noFlags: 'Nothing odd',
  forgotten: 'The track was deleted as the rules say; the entrances it reached remain.',
  gpx: 'Download GPX',
  importGpx: 'Import GPX',
  imported: 'Imported, and marked as read from a file.',
  close: 'Close the track',
  map: 'Map of entrances and tracks',
  key: { visited: 'visited', passed: 'passed within 30 m', missed: 'not reached', track: 'track' },
}
