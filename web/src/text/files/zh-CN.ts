/** The words of the files page in Chinese; English has to say as much. */

export const chinese = {
  bring: '导入文件',
  drop: '把文件拖到这里，或选择文件：GeoPackage、Shapefile（zip）、GeoJSON、KML、GPX、CSV、Excel、OSM .pbf、GeoParquet',
  sending: '正在上传',
  layer: '图层',
  purpose: '作为',
  datum: '坐标系',
  column: '列',
  none: '（无）',
  look: '检查',
  convert: '按识别结果转换',
  faults: '问题',
  acceptAll: '全部接受修复',
  acceptNone: '全部不接受',
  excel: '下载问题清单',
  enter: '写入',
  cancel: '停止',
  undo: '撤销这次导入',
  undoQuestion: '撤销会把这次导入的全部改动恢复原样。',
  added: '新增',
  changed: '更新',
  same: '不变',
  gone: '来源中已无',
  held: '未导入',
  history: '以前的导入',
  export: '导出',
  take: '下载',
  format: '格式',
  state: '状态',
  row: '行',
  mend: '建议',
  datums: {
    auto: '按识别结果', wgs84: 'WGS-84（GPS 定位）', cgcs2000: 'CGCS2000（国家大地坐标）', gcj02: 'GCJ-02（高德、腾讯）', bd09: 'BD-09（百度）',
    web_mercator: 'Web Mercator（网络墨卡托）',
  } as Record<string, string>,
  states: {
    waiting: '等待', reading: '读取中', read: '已读取', checking: '检查中', checked: '已检查', entering: '写入中',
    entered: '已写入', undoing: '撤销中', undone: '已撤销', refused: '已拒绝', cancelled: '已停止', failed: '失败',
  } as Record<string, string>,
  purposes: {
    district: '区县', subdistrict: '街道', community: '社区', compound: '小区', building: '楼栋', barrier: '道路河流围墙',
    area: '水面绿地', code: '官方代码表', unit: '单元', household: '住户', grid: '微网格', plan: '整个方案',
  } as Record<string, string>,
  fields: {
    code: '编码', name: '名称', name_en: '英文名', compound: '小区', community: '社区', building: '楼栋号', units: '单元数',
    households: '户数', floors: '层数', height: '高度', use: '用途', built: '建成年份', address: '地址', kind: '类型',
    population: '人口', district: '区县', subdistrict: '街道', road_class: '道路等级', level: '级别',
  } as Record<string, string>,
}

export type FilesTexts = typeof chinese
