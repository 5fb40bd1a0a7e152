/** 每一页共用的字(简体中文):导航、提示、等待与出错。The English twin is en.ts; a key missing there does not compile. */

export const chinese = {
  pages: {
    map: '地图',
    planner: '划分与调整',
    files: '导入导出',
    issues: '事件',
    office: '今日',
    heat: '热力',
    patrol: '巡查(手机)',
    rounds: '巡查情况',
    report: '居民上报',
    people: '人员',
    audit: '审计',
  },
  opening: '正在打开……',
  navigation: '功能导航',
  openNavigation: '打开功能导航',
  toContent: '跳到正文',
  reading: '正在读取……',
  working: '正在处理……',
  failed: '没有完成,请稍后再试。',
  away: '连不上服务,请稍后再试。',
  retry: '重试',
  cancel: '取消',
  notices: '提示',
  dismiss: '关闭提示',
  reason: '理由',
  reasonTooShort: (letters: string) => `请写明理由,至少 ${letters} 个字。`,
  notLoggedIn: '请先登录',
  notLoggedInBody: '登录后才能使用这一页。',
  notForYou: '这一页不在您的职责内',
  notForYouBody: (roles: string) => `这一页供以下角色使用:${roles}。如需使用,请联系本单位的管理员。`,
  toMap: '回到地图',
  shares: (done: string, all: string) => `已完成 ${done} / ${all}`,
}

export type FrameTexts = typeof chinese
