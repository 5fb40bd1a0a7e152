/** The map's colours by day, by night and on paper: calm grounds, so that what is picked or late can speak up. */

export interface Palette {
  readonly ground: string
  /** Neighbouring communities wear different ones of these. */
  readonly tints: readonly [string, string, string, string, string, string]
  readonly water: string
  readonly waterText: string
  readonly park: string
  readonly parkText: string
  readonly field: string
  readonly square: string
  readonly road: string
  readonly roadEdge: string
  readonly mainRoad: string
  readonly mainRoadEdge: string
  readonly roadText: string
  readonly railway: string
  readonly railwayGap: string
  readonly wall: string
  readonly subdistrictBorder: string
  readonly communityBorder: string
  readonly communityText: string
  readonly compound: string
  readonly compoundBorder: string
  readonly compoundText: string
  readonly residential: string
  readonly mixed: string
  readonly commercial: string
  readonly public: string
  readonly other: string
  readonly buildingBorder: string
  readonly buildingText: string
  readonly halo: string
  readonly hovered: string
  readonly hoveredFill: string
  readonly picked: string
  readonly pickedFill: string
}

export const DAY: Palette = {
  ground: '#f4f2ec',
  tints: ['#f1e6d6', '#e2eadb', '#e6e3ef', '#f2e2df', '#dde9ec', '#f1ecd6'],
  water: '#b5d3e7',
  waterText: '#33678c',
  park: '#cbe2bd',
  parkText: '#41703a',
  field: '#e3edd0',
  square: '#ece6da',
  road: '#ffffff',
  roadEdge: '#d8d1c4',
  mainRoad: '#fdeec3',
  mainRoadEdge: '#dcc28a',
  roadText: '#6d6559',
  railway: '#8d8a86',
  railwayGap: '#f4f2ec',
  wall: '#a08f78',
  subdistrictBorder: '#7d5a86',
  communityBorder: '#8f7390',
  communityText: '#583f60',
  compound: '#faf7f0',
  compoundBorder: '#b09a7b',
  compoundText: '#5a4a34',
  residential: '#e3cfb2',
  mixed: '#e5bd9b',
  commercial: '#cdc6e3',
  public: '#b9d4da',
  other: '#d6d2ca',
  buildingBorder: '#a98f6d',
  buildingText: '#443a2c',
  halo: '#fffdf8',
  hovered: '#2f6f9f',
  hoveredFill: '#d3e4f0',
  picked: '#c2390a',
  pickedFill: '#fbd3bd',
}

export const NIGHT: Palette = {
  ground: '#14181d',
  tints: ['#25221d', '#1d2620', '#232330', '#2a2124', '#1b272b', '#27261b'],
  water: '#1b3b52',
  waterText: '#86b9db',
  park: '#1f3a26',
  parkText: '#8fc08a',
  field: '#20291c',
  square: '#2d2c29',
  road: '#3a414b',
  roadEdge: '#20252c',
  mainRoad: '#57503f',
  mainRoadEdge: '#2b2720',
  roadText: '#b3aea4',
  railway: '#737a84',
  railwayGap: '#14181d',
  wall: '#6f6454',
  subdistrictBorder: '#b08bbb',
  communityBorder: '#8d7396',
  communityText: '#dcc3e6',
  compound: '#2a2e34',
  compoundBorder: '#6d6455',
  compoundText: '#dccfb9',
  residential: '#5b5140',
  mixed: '#6b513d',
  commercial: '#4d4a66',
  public: '#3d575e',
  other: '#4a4a4a',
  buildingBorder: '#8b7b62',
  buildingText: '#efe6d6',
  halo: '#12151a',
  hovered: '#7cc0ee',
  hoveredFill: '#31495b',
  picked: '#ff8a5c',
  pickedFill: '#6b3a26',
}

/** On paper the ground is the paper: ink is dear and must survive a copier. */
export const PAPER: Palette = { ...DAY, ground: '#ffffff', halo: '#ffffff', railwayGap: '#ffffff' }
