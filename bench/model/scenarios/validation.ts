import type { Scenario } from '../scenario.ts';
import { rounded } from '../../support/report/bound.ts';
import { compareWithMeasurements, errorOf } from '../compared/all.ts';
import { measured, MEASURED } from '../measured.ts';

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** Model against measurement: what the benches found at this machine's scale, and what the model says of the very same loads. */
export const validation: Scenario = {
  name: 'validation',
  play(report, { calibration }) {
    const compared = compareWithMeasurements(calibration);
    report.table(
      ['bench', 'figure', 'unit', 'measured', 'model', 'error', 'bound'],
      compared.map((one) => [
        ...[one.bench, one.what, one.unit, rounded(one.measured), rounded(one.modelled)],
        ...[percent(errorOf(one)), `± ${percent(one.tolerance)}`],
      ]),
      'Model against measurement:',
    );
    const unmeasured = MEASURED.filter((name) => measured(name) === null);
    if (unmeasured.length > 0)
      report.text(`Nothing is kept of ${unmeasured.map((name) => `bench:${name}`).join(', ')}: not compared.`);
    const bounds = compared.map((one) => ({
      name: `model against bench:${one.bench}, ${one.what}: within ${percent(one.tolerance)}`,
      found: percent(errorOf(one)),
      holds: Math.abs(errorOf(one)) <= one.tolerance,
    }));
    return { figures: compared, bounds };
  },
};
