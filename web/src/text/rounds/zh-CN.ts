/** 巡查情况页的字(简体中文)。The English twin is en.ts. */

export const chinese = {
  since: '从',
  until: '到',
  community: '社区',
  all: '全部',
  tabs: { rounds: '巡查记录', grids: '覆盖', plans: '排查计划' },
  tabsLabel: '看什么',
  sums: (passed: string, visited: string, units: string, households: string) =>
    `${units} 个单元:路过 ${passed},入户 ${visited};走到的住户占 ${households}`,
  flagged: '只看有疑点的',
  columns: { when: '时间', who: '网格员', where: '社区', far: '路程', passed: '路过单元', flags: '疑点' },
  gridColumns: { grid: '微网格', units: '单元', passed: '路过', visited: '入户', notHome: '家中无人' },
  planColumns: { list: '清单', where: '社区', every: '周期', last: '上次', due: '应查' },
  every: (days: string) => `每 ${days} 天`,
  never: '还没有',
  late: '已逾期',
  metres: (m: string) => `${m} 米`,
  none: '这段时间没有巡查',
  noneBody: '换一段时间,或换一个社区。',
  running: '巡查中',
  noGrid: '未划入网格',
  honest: '疑点只作提示,由网格长判断;轨迹半年后删除。查看他人轨迹会记入审计。',
  figures: (fixes: string, leftOut: string, minutes: string) => `${fixes} 个定位点,${leftOut} 个未采用,${minutes} 分钟`,
  noFlags: '没有疑点',
  forgotten: '轨迹已按规定删除,只留下走到的单元。',
  gpx: '下载 GPX',
  importGpx: '导入 GPX',
  imported: '已导入,并注明来自文件。',
  close: '收起轨迹',
  map: '单元与轨迹的地图',
  key: { visited: '已入户', passed: '路过 30 米内', missed: '未走到', track: '轨迹' },
}

export type RoundsTexts = typeof chinese
