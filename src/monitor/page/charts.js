import { h, show } from './dom.js';
import { bytes, count, exactTime } from './format.js';

/* global echarts */
const drawn = new Map();

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * Draws points over time, with the same numbers as a table for whoever does not see them.
 * @param {HTMLElement} figure
 * @param {{ title: string, note?: string, series: { name: string, color: string, kind: 'bar' | 'line', stack?: boolean, values: (number | null)[] }[],
 *   times: number[], step: number, unit: 'files' | 'bytes' }} chart `color`: a custom property of the style sheet
 */
export function drawChart(figure, chart) {
  const { title, note, series, times, unit } = chart;
  const canvas = figure.querySelector('.canvas') ?? h('div', { class: 'canvas' });
  const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);
  const said = series.map(
    ({ name, kind, values }) =>
      `${name} ${format(unit)(kind === 'bar' ? sum(values) : values.findLast((value) => value !== null))}`,
  );
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `${title}: ${said.join(', ')}. The table below has the numbers.`);
  if (!figure.contains(canvas)) show(figure, h('figcaption', {}), canvas, h('details', { class: 'query numbers' }));
  const [caption, , details] = figure.children;
  show(caption, h('h2', {}, title), note ? h('p', { class: 'muted' }, note) : null);
  show(details, h('summary', {}, 'As a table'), details.open ? numbersTable(chart) : null);
  details.ontoggle = () => show(details, h('summary', {}, 'As a table'), details.open ? numbersTable(chart) : null);
  let instance = drawn.get(figure);
  if (!instance) {
    instance = echarts.init(canvas, null, { renderer: 'canvas' });
    drawn.set(figure, instance);
    new ResizeObserver(() => instance.resize()).observe(canvas);
  }
  instance.setOption(optionOf(chart, times), { replaceMerge: ['series'] });
}

const format = (unit) => (unit === 'bytes' ? bytes : count);

function numbersTable({ title, series, times, unit }) {
  const rows = times
    .map((at, index) => [at, series.map(({ values }) => values[index] ?? null)])
    .filter(([, values]) => values.some((value) => value));
  return h(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${title}, numbers` },
    h(
      'table',
      {},
      h('caption', { class: 'unseen' }, title),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'col' }, 'from'),
          series.map(({ name }) => h('th', { scope: 'col', class: 'number' }, name)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.reverse().map(([at, values]) =>
          h(
            'tr',
            { 'data-key': String(at) },
            h('th', { scope: 'row' }, exactTime(at)),
            values.map((value) =>
              h('td', { class: 'number' }, format(unit)(value === null ? null : Math.round(value))),
            ),
          ),
        ),
      ),
    ),
  );
}

function optionOf({ series, step, unit }, times) {
  const [text, muted, line, surface] = ['--text', '--muted', '--line', '--surface'].map(color);
  const show = format(unit);
  return {
    // Numbers that come every few seconds are not to grow anew each time.
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text },
    grid: { left: 8, right: 14, top: 34, bottom: 6, containLabel: true },
    legend: {
      top: 0,
      left: 0,
      itemWidth: 12,
      itemHeight: 8,
      icon: 'roundRect',
      textStyle: { color: muted },
      inactiveColor: line,
      selectedMode: false,
    },
    tooltip: {
      // Drawn, not written into the page: markup of others has no way in, and none of its own is needed.
      renderMode: 'richText',
      trigger: 'axis',
      confine: true,
      backgroundColor: surface,
      borderColor: line,
      textStyle: { color: text, fontSize: 12 },
      axisPointer: { type: 'line', lineStyle: { color: muted, type: 'dashed' } },
      valueFormatter: (value) => (value === null || value === undefined ? '—' : show(Math.round(value))),
    },
    xAxis: {
      type: 'time',
      min: times[0] * 1000,
      max: (times.at(-1) + step) * 1000,
      axisLine: { lineStyle: { color: line } },
      axisTick: { lineStyle: { color: line } },
      axisLabel: { color: muted, hideOverlap: true },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      minInterval: unit === 'files' ? 1 : 1024,
      splitNumber: 4,
      axisLabel: {
        color: muted,
        formatter: (value) =>
          unit === 'bytes' ? bytes(value) : Intl.NumberFormat('en', { notation: 'compact' }).format(value),
      },
      splitLine: { lineStyle: { color: line } },
    },
    series: series.map(({ name, color: variable, kind, stack, values }) => ({
      name,
      type: kind,
      stack: stack ? 'all' : undefined,
      // A bar stands in the middle of its step; a line has its value there as well.
      data: values.map((value, index) => [(times[index] + step / 2) * 1000, value]),
      itemStyle: { color: color(variable), borderRadius: kind === 'bar' && !stack ? 2 : 0 },
      barMaxWidth: 18,
      barMinWidth: 1.5,
      ...(kind === 'line' && {
        showSymbol: false,
        symbolSize: 5,
        lineStyle: { width: 2 },
        areaStyle: { opacity: 0.12 },
        connectNulls: false,
      }),
      ...(kind === 'line' && values.filter((value) => value !== null).length < 3 && { showSymbol: true }),
    })),
  };
}

/** Hides a chart that has nothing to say in this view. */
export function hideChart(figure, isHidden) {
  figure.hidden = isHidden;
}
