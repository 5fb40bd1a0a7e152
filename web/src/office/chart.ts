/** A line chart of two rows of numbers by day; ECharts in its smallest cut, loaded when a chart is first shown. */

import { LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export interface Lines {
  readonly days: readonly string[]
  readonly rows: readonly { readonly name: string; readonly values: readonly number[]; readonly colour: string; readonly dashed: boolean }[]
  readonly ink: string
}

export function openChart(host: HTMLElement) {
  const chart = init(host, undefined, { renderer: 'svg' })
  const watch = new ResizeObserver(() => chart.resize())
  watch.observe(host)
  return {
    show({ days, rows, ink }: Lines): void {
      chart.setOption({
        animation: false,
        textStyle: { color: ink },
        grid: { left: 36, right: 12, top: 32, bottom: 24 },
        legend: { top: 0, textStyle: { color: ink } },
        tooltip: { trigger: 'axis' },
        xAxis: { type: 'category', data: days.map((day) => day.slice(5)), axisLabel: { color: ink } },
        yAxis: { type: 'value', minInterval: 1, axisLabel: { color: ink } },
        series: rows.map(({ name, values, colour, dashed }) => ({
          ...{ type: 'line', name, data: [...values], showSymbol: false },
          lineStyle: { color: colour, width: 2, type: dashed ? 'dashed' : 'solid' },
          itemStyle: { color: colour },
        })),
      })
    },
    close(): void {
      watch.disconnect()
      chart.dispose()
    },
  }
}
