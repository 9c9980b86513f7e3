/** What the demo's five CRAB tasks are, whatever the number of their files. */
export interface TaskShape {
  user: string;
  /** Last part of the task's name. */
  label: string;
  /** Primary dataset. */
  primary: string;
  sources: readonly string[];
  destination: string;
  destinationArea: string;
  /** `with-report`: asked for when the files are reported; `later`: flagged when their job is done, as CRAB's PostJob does. */
  publication: 'with-report' | 'later' | 'never';
  /** All jobs in one message, or one signal per job output. */
  reports: 'at-once' | 'job-by-job';
}

/** The site whose link gets stuck: files wait in FTS's queue until it expires. Nothing else is sent from there. */
export const STUCK_SOURCE = 'T2_FR_GRIF';

export const TASKS: readonly TaskShape[] = [
  {
    ...{ user: 'alice', label: 'ttbar', primary: 'TTbar', sources: ['T2_DE_DESY', 'T2_IT_Pisa'] },
    ...{ destination: 'T2_CH_CERN', destinationArea: '/store/user/alice' },
    ...{ publication: 'with-report', reports: 'at-once' },
  },
  {
    ...{ user: 'alice', label: 'drellyan', primary: 'DYJets', sources: ['T2_US_MIT', 'T2_ES_CIEMAT'] },
    ...{ destination: 'T2_CH_CERN', destinationArea: '/store/user/rucio/alice' },
    ...{ publication: 'later', reports: 'job-by-job' },
  },
  {
    ...{ user: 'bob', label: 'higgs', primary: 'HToGG', sources: ['T2_US_MIT', 'T2_ES_CIEMAT'] },
    ...{ destination: 'T2_UK_London_IC', destinationArea: '/store/user/bob' },
    ...{ publication: 'with-report', reports: 'at-once' },
  },
  {
    ...{ user: 'bob', label: 'qcd', primary: 'QCD', sources: ['T2_IT_Pisa', 'T2_DE_DESY'] },
    ...{ destination: 'T2_UK_London_IC', destinationArea: '/store/user/bob' },
    ...{ publication: 'never', reports: 'at-once' },
  },
  {
    ...{ user: 'carol', label: 'wjets', primary: 'WJets', sources: ['T2_ES_CIEMAT', 'T2_IT_Pisa'] },
    ...{ destination: 'T2_BE_IIHE', destinationArea: '/store/group/phys_smp/carol' },
    ...{ publication: 'with-report', reports: 'at-once' },
  },
];

/** Every site of the demo. */
export const SITES: readonly string[] = [
  ...new Set([STUCK_SOURCE, ...TASKS.flatMap(({ sources, destination }) => [...sources, destination])]),
];

export const USERS: readonly string[] = [...new Set(TASKS.map(({ user }) => user))];

/** Members of the groups whose areas are written to. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  TASKS.flatMap(({ user, destinationArea }) => {
    const [, group] = /^\/store\/group\/([^/]+)/.exec(destinationArea) ?? [];
    return group === undefined ? [] : [[group, [user]]];
  }),
);
