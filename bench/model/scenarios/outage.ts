import { CMS_FAILURES } from '../../support/cms-figures.ts';
import type { CopyFailure } from '../../support/cms-copies.ts';
import { Weighted } from '../../support/weighted.ts';
import { quantile } from '../../support/quantile.ts';
import { none } from '../../support/report/bound.ts';
import { ruleOf } from '../../../src/domain/failure-classes.ts';
import { OperationsState } from '../../../src/domain/operations/operations-state.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Findings } from '../findings.ts';
import type { FtsOptions, FtsRow } from '../fts-rows.ts';
import type { Scenario, Setting } from '../scenario.ts';
import { simulateDay } from '../simulate.ts';
import { BEGIN, type Universe } from '../universe.ts';

const SITE = 'T2_XX_Site1';
const HOUR = 3600;
/** The site is out of order from the 6th to the 12th hour of the day. */
const [DOWN, UP] = [BEGIN + 6 * HOUR * 1000, BEGIN + 12 * HOUR * 1000];
/** Files a day to the largest of 80 sites: 6 % of 400,000. All of them, where simulated days have as many, since breakers count. */
const [FILES, OF] = [24_000, 400_000];

interface Variant {
  name: string;
  policy?: Partial<Policy>;
  operations?: () => OperationsState;
  plan?: (universe: Universe) => void;
}

const VARIANTS: readonly Variant[] = [
  { name: 'budgets of attempts alone', policy: { retryFor: 0 } },
  { name: 'as shipped', policy: {} },
  { name: 'first pause 1 min', policy: { retryDelay: 60 } },
  { name: 'first pause 15 min', policy: { retryDelay: 900 } },
  { name: 'longest pause 1 h', policy: { retryDelayMax: HOUR } },
  { name: "site's breaker armed", operations: withBreaker },
  { name: 'closed by an operator after 30 min', plan: closeSite },
];

/** A large site takes no copies for six hours: what fails, what is sent in vain, when all has arrived, and what is lost. */
export const outage: Scenario = {
  name: 'outage',
  play(report, size) {
    const played = VARIANTS.map((variant) => ({ ...variant, ...playOutage(variant, size) }));
    report.table(
      ['policy', 'files', 'sent in vain', 'FTS requests/file', 'drained after, h, p95', 'last', 'lost: may pass', 'lost: never would'], // prettier-ignore
      played.map((one) => [
        ...[one.name, one.findings.files, one.inVain, (one.findings.allFtsRequests / one.findings.files).toFixed(2)],
        ...[one.drained.toFixed(1), one.last.toFixed(1), one.lost, one.permanent],
      ]),
      `${SITE}, to which all of these files go, is out of order for 6 h; copies fail in production's proportions (43 % HTTP 507, 19 % stuck in the queue, 9 % permission, …), each file in the same way throughout. Hours are from the end of the outage:`,
    );
    report.plot({
      ...{
        kind: 'bars',
        id: 'outage',
        title: 'A site is out of order for 6 h: files lost that need not be, and files sent in vain',
      },
      x: { name: '', categories: played.map(({ name }) => name) },
      y: { name: 'files' },
      series: [
        { name: 'lost, of failures that may pass', values: played.map(({ lost }) => lost) },
        { name: 'sent in vain', values: played.map(({ inVain }) => inVain) },
      ],
    });
    const shipped = played.find(({ name }) => name === 'as shipped');
    return {
      figures: played.map(({ name, inVain, drained, last, lost, permanent }) => ({ name, inVain, drained, last, lost, permanent })), // prettier-ignore
      bounds: [none('outage: files lost as shipped, of failures that may pass', shipped?.lost ?? NaN)],
    };
  },
};

function playOutage(variant: Variant, { files, seed }: Setting): Outcome {
  const { findings } = simulateDay({
    ...{ files: Math.min(FILES, files), filesPerDay: OF, seed, fts: outageFts() },
    ...(variant.policy && { policy: variant.policy }),
    ...(variant.operations && { operations: variant.operations() }),
    ...(variant.plan && { plan: variant.plan }),
    change: (task) => ({ ...task, destination: SITE }),
  });
  return outcomeOf(findings);
}

interface Outcome {
  findings: Findings;
  /** Submissions of files beyond the one that each needs. */
  inVain: number;
  /** Hours from the end of the outage until 95 % of what came before that has arrived, and until all has. */
  drained: number;
  last: number;
  lost: number;
  permanent: number;
}

function outcomeOf(findings: Findings): Outcome {
  const failed = [...findings.failed].map(([name, count]) => ({ count, mayPass: name !== 'none' && ruleOf(name).recoverable })); // prettier-ignore
  const sum = (mayPass: boolean): number =>
    failed.filter((one) => one.mayPass === mayPass).reduce((all, { count }) => all + count, 0);
  const late = findings.lateArrivals(UP).map((at) => (at - UP) / (HOUR * 1000));
  return {
    findings,
    inVain: findings.sent - findings.files,
    drained: quantile(late, 0.95),
    last: Math.max(...late),
    lost: sum(true),
    permanent: sum(false),
  };
}

const BY_SHARE = new Weighted(CMS_FAILURES.map(({ share }) => share));

/** How a file fails during the outage: always in the same way, which its key decides. */
function fateOf(row: FtsRow): CopyFailure {
  const draw = parseInt(row.key.slice(0, 8), 16) / 2 ** 32;
  return CMS_FAILURES[BY_SHARE.draw(() => draw)] as CopyFailure;
}

const outageFts = (): FtsOptions => {
  const isDown = (now: number): boolean => now >= DOWN && now < UP;
  return {
    startableAt: (row, now) => (isDown(now) && fateOf(row).state === 'CANCELED' ? UP : 0),
    // Before and after all copies go well, so that whatever is lost is the outage's doing.
    outcomeOf: (row, now) => (isDown(now) ? fateOf(row) : null),
  };
};

function withBreaker(): OperationsState {
  const operations = new OperationsState();
  operations.rules.breakers.site.dryRun = false;
  return operations;
}

/** Closed half an hour into the outage, and open again when it is over. */
function closeSite({ queue, operations }: Universe): void {
  queue.at(DOWN + HOUR * 500, () => {
    const note = { by: 'operator', reason: 'out of order', at: queue.now };
    operations.rules.sites.push({ site: SITE, end: 'destination', cancelActive: false, until: UP, ...note });
  });
}
