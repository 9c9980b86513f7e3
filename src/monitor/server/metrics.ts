import { METRICS, type LabelsOf, type MetricName } from '../../contract/metrics.ts';
import type { Standing } from '../store/standing.ts';
import type { InHand } from '../store/views.ts';

const STATES = { NEW: 'waiting', SUBMITTED: 'submitted', RETRY: 'retry', HELD: 'held' } as const satisfies Record<
  string,
  keyof InHand
>;

/** Links with most files that keep their names; the others count as `other`. Names come from what users report. */
const LINKS_MAX = 5_000;

/**
 * What stands, in Prometheus's text format: the one figure that workers cannot keep right over their restarts.
 * @param now epoch seconds
 */
export function standingMetrics(standing: Standing, now: number): string {
  const { good } = standing.lastRounds();
  if (!good) return '';
  const links = [...standing.links({})].map(([, link]) => link).sort((a, b) => inHand(b) - inHand(a));
  const counts = new Map<string, number>();
  links.forEach((link, at) => {
    const { source, destination } = at < LINKS_MAX ? link : { source: 'other', destination: 'other' };
    for (const [state, field] of Object.entries(STATES)) {
      if (link[field] === 0) continue;
      const labels = labelText({ state, source, destination } satisfies LabelsOf<'aso_files_open'>);
      counts.set(labels, (counts.get(labels) ?? 0) + link[field]);
    }
  });
  return [
    ...headOf('aso_files_open'),
    ...[...counts].map(([labels, files]) => `aso_files_open${labels} ${files}`),
    ...headOf('aso_sample_age_seconds'),
    `aso_sample_age_seconds ${Math.max(0, now - Number(good['at']))}`,
    '',
  ].join('\n');
}

const inHand = ({ waiting, submitted, retry, held }: InHand): number => waiting + submitted + retry + held;

const headOf = (name: MetricName): string[] => [
  `# HELP ${name} ${METRICS[name].help}`,
  `# TYPE ${name} ${METRICS[name].kind}`,
];

/** `{name="value",…}`; what would end a value early is escaped. */
const labelText = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`)
    .join(',')}}`;
