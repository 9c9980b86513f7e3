import { PARTS, STEPS, type MeasuredLoad } from '../calibration.ts';
import { bytesOf, cpuOf } from '../costs.ts';
import { MEASURED, measured } from '../measured.ts';
import type { Scenario } from '../scenario.ts';
import { rounded } from '../../support/report/bound.ts';

/** What the model is set by, each number with where it is from, and what the measured loads would take by it. */
export const calibration: Scenario = {
  name: 'calibration',
  play(report, { calibration }) {
    const { cpu, history, idle, loads, requestsPerFile } = calibration;
    report.table(
      ['CPU, ms', ...STEPS.map((step) => `for one of ${step}`), 'idle, % of a core'],
      PARTS.map((part) => [part, ...STEPS.map((step) => rounded(cpu[part][step] * 1000)), rounded(idle[part] * 100)]),
      'Prices of steps, by least squares from the loads below; idle from bench:trickle, "no task":',
    );
    report.table(
      ['load', 'files', ...STEPS.slice(1), 'weight', ...PARTS.map((part) => `CPU s of the ${part}, by these prices`), 'bytes, by these'], // prettier-ignore
      loads.map((load) => [
        ...[load.source, load.files, ...STEPS.slice(1).map((step) => load[step]), load.weight],
        ...PARTS.map((part) => againstPrices(load.cpu[part], cpuOf(calibration, part, load))),
        againstPrices(load.bytes, bytesOf(calibration, load.files, load.events)),
      ]),
      'Measured loads, all on PostgreSQL, CPU without what is used while nothing is done; and what they would take:',
    );
    report.text(
      `History: ${rounded(history.files)} bytes a file and ${rounded(history.events)} an event, from the same loads. Requests for a file that is published in a full block, from ` +
        `bench:throughput: ${rounded(requestsPerFile.storage)} to storage, ${rounded(requestsPerFile.crab)} to CRAB, ${rounded(requestsPerFile.dbs)} to DBS.`,
    );
    report.table(
      ['bench', 'command', 'date', 'commit'],
      MEASURED.flatMap((name) => {
        const result = measured(name);
        return result ? [[name, `\`${result.command}\``, result.date.slice(0, 10), result.commit ?? 'unknown']] : [];
      }),
      'Results that all of this is read from, in bench/results:',
    );
    return { figures: { cpu, history, idle, requestsPerFile, loads: loads.map(withoutSteps) }, bounds: [] };
  },
};

const againstPrices = (measured: number, priced: number): string => `${rounded(measured)}, ${rounded(priced)}`;

const withoutSteps = ({ source, cpu, bytes }: MeasuredLoad): Pick<MeasuredLoad, 'source' | 'cpu' | 'bytes'> => ({
  ...{ source, cpu, bytes },
});
