import type { Scenario } from '../scenario.ts';
import { rounded } from '../../support/report/bound.ts';
import { compareWithMeasurements } from '../validation.ts';

/** Model against measurement: what the benches found at this machine's scale, and what the model says of the very same loads. */
export const validation: Scenario = {
  name: 'validation',
  play(report) {
    const compared = compareWithMeasurements();
    const errorOf = ({ modelled, measured }: (typeof compared)[number]): number => modelled / measured - 1;
    report.table(
      ['figure', 'unit', 'measured', 'model', 'error', 'stated'],
      compared.map((one) => [
        ...[one.what, one.unit, one.measured, rounded(one.modelled)],
        ...[`${(errorOf(one) * 100).toFixed(0)} %`, `± ${(one.tolerance * 100).toFixed(0)} %`],
      ]),
      'Model against measurement:',
    );
    const bounds = compared.map((one) => ({
      name: `model against measurement, ${one.what}: within ${one.tolerance * 100} %`,
      found: `${(errorOf(one) * 100).toFixed(0)} %`,
      holds: Math.abs(errorOf(one)) <= one.tolerance,
    }));
    return { figures: compared, bounds };
  },
};
