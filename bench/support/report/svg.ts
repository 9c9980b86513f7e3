import { init, type EChartsOption } from 'echarts';
import type { Axis, Plot } from './plot.ts';

const [WIDTH, HEIGHT] = [860, 440];
const [LEFT, RIGHT] = [76, 32];
/** Pixels; nothing measures text here, so what a letter takes is a guess, rather too much. */
const LEGEND = { gap: 28, icon: 18, letter: 6.6, row: 38 };

/** Colours that change in the dark, each with what it changes to: GitHub's own. */
const [TEXT, RULE, PAPER] = [
  ['#1f2328', '#e6edf3'],
  ['#d1d9e0', '#3d444d'],
  ['#ffffff', '#0d1117'],
] as const;

/** Of series; told apart on both papers, and by most who are colour-blind (Okabe and Ito's, lighter or darker where they vanish). */
const COLORS = ['#2f81c7', '#e08a00', '#11a37f', '#d1605e', '#a371c9', '#8a9199', '#b5a000', '#45b5e6'];
const MARK = '#d1242f';

const DARK = [TEXT, RULE, PAPER]
  .map(([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`)
  .join('');

/** Draws a plot as SVG, which follows the reader's light or dark. */
export function drawSvg(plot: Plot): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption(optionOf(plot));
    const svg = plain(chart.renderToSVGString());
    return svg.replace('>', `>\n<style>@media (prefers-color-scheme: dark){${DARK}}</style>`);
  } finally {
    chart.dispose();
  }
}

/** Without what is for a browser's script, and with ids that are the same for the same plot. */
function plain(svg: string): string {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    if (!ids.has(id)) ids.set(id, `part${ids.size}`);
    return ids.get(id) ?? id;
  };
  return svg
    .replace(/ (ecmeta_\w+|class)="[^"]*"/g, '')
    .replace(/<style ?>[^]*?<\/style>/g, '')
    .replace(/\bzr\d+-[\w-]+/g, idOf);
}

function optionOf(plot: Plot): EChartsOption {
  const marks = plot.marks ?? [];
  const highest = Math.max(...marks.map(({ y }) => y), ...valuesOf(plot));
  // A log axis has no zero to begin at: a bar of the least value would have no length.
  const lowest = Math.min(...[...marks.map(({ y }) => y), ...valuesOf(plot)].filter((value) => value > 0));
  const y = plot.y.log
    ? { min: 10 ** Math.floor(Math.log10(lowest * 0.99)) }
    : marks.length
      ? { max: niceAbove(highest) }
      : {};
  const markLine = {
    symbol: 'none' as const,
    silent: true,
    lineStyle: { color: MARK, type: 'dashed' as const },
    data: marks.map(({ name, y: yAxis }) => ({ name, yAxis })),
    label: { formatter: '{b}', position: 'insideEndTop' as const, color: MARK },
  };
  const series = plot.series.map((one, at) => ({ name: one.name, ...(at === 0 && marks.length ? { markLine } : {}) }));
  return {
    animation: false,
    backgroundColor: PAPER[0],
    color: COLORS,
    title: { text: plot.title, left: 16, top: 12, textStyle: { color: TEXT[0], fontSize: 15 } },
    legend: {
      show: plot.series.length > 1,
      left: 16,
      top: 38,
      itemGap: LEGEND.gap,
      icon: 'roundRect',
      itemWidth: LEGEND.icon,
      itemHeight: 10,
      textStyle: { color: TEXT[0] },
    },
    grid: { left: LEFT, right: RIGHT, top: 60 + legendHeight(plot), bottom: 70 },
    yAxis: axisOf(plot.y, 56, y),
    ...(plot.kind === 'bars'
      ? {
          xAxis: {
            ...{ ...axisOf(plot.x, 44), type: 'category', data: [...plot.x.categories], splitLine: { show: false } },
            axisLabel: {
              color: TEXT[0],
              interval: 0,
              overflow: 'break',
              fontSize: 11,
              width: widthOf(plot.x.categories),
            },
          },
          series: series.map((one, at) => ({
            ...{ ...one, type: 'bar', barMaxWidth: 46, data: [...plot.series[at]!.values] },
            ...(plot.stacked
              ? { stack: 'all' }
              : { label: { show: true, position: 'top', color: TEXT[0], fontSize: 10 } }),
          })),
        }
      : {
          xAxis: axisOf(plot.x, 44),
          series: series.map((one, at) => {
            const points = plot.series[at]!.points.map(([x, value]) => [x, value]);
            return { ...one, type: 'line', symbolSize: 6, showSymbol: points.length <= 20, data: points };
          }),
        }),
  };
}

/** Room for a category's label. */
const widthOf = (categories: readonly string[]): number =>
  Math.round(((WIDTH - LEFT - RIGHT) / categories.length) * 0.92);

/** As many rows as the names of series need. */
function legendHeight({ series }: Plot): number {
  if (series.length < 2) return 0;
  let [rows, x] = [1, 0];
  for (const { name } of series) {
    const width = LEGEND.icon + 5 + name.length * LEGEND.letter;
    if (x > 0 && x + width > WIDTH - 2 * 16) [rows, x] = [rows + 1, 0];
    x += width + LEGEND.gap;
  }
  return 24 + (rows - 1) * LEGEND.row;
}

const axisOf = ({ name, log = false }: Axis, nameGap: number, limits: object = {}): object => ({
  ...{ type: log ? 'log' : 'value', name, nameGap, nameLocation: 'middle', ...limits },
  nameTextStyle: { color: TEXT[0] },
  axisLabel: { color: TEXT[0], hideOverlap: true },
  axisLine: { show: true, lineStyle: { color: RULE[0] } },
  splitLine: { lineStyle: { color: RULE[0] } },
});

/** All heights; those of a stack are its sums. */
function valuesOf(plot: Plot): number[] {
  if (plot.kind === 'lines') return plot.series.flatMap(({ points }) => points.map(([, y]) => y));
  if (!plot.stacked) return plot.series.flatMap(({ values }) => values.map((value) => value ?? 0));
  return plot.x.categories.map((_, at) => plot.series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
}

/** The next number that is easy to read, with room for a label. */
function niceAbove(value: number): number {
  const step = 10 ** Math.floor(Math.log10(value)) / 2;
  return Math.ceil((value * 1.05) / step) * step;
}
