/** What a CRAB task is, whatever the number of its files. */
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
  /** It has so many times the jobs of others. */
  weight?: number;
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
