import { FAST } from '../environment.ts';
import type { Scene } from '../scene.ts';

/** The site that goes bad: its storage drops every connection. */
export const BAD_SITE = 'T2_IT_Pisa';
/** Whose files fill the queue of a link, so that another's wait. */
export const FLOODER = 'dave';
/** The link that both of them use. */
export const CROWDED_SOURCE = 'T2_US_MIT';
/** Whose proxy has expired. */
export const EXPIRED_USER = 'carol';

/** A bad night: four things go wrong at once, for different people. */
export const INCIDENT: Scene = {
  shapes: [
    {
      ...{ user: FLOODER, label: 'everything', primary: 'MinBias', sources: [CROWDED_SOURCE] },
      ...{ destination: 'T2_CH_CERN', destinationArea: `/store/user/${FLOODER}` },
      ...{ publication: 'never', reports: 'at-once', weight: 6 },
    },
    {
      ...{ user: 'alice', label: 'ttbar', primary: 'TTbar', sources: [CROWDED_SOURCE] },
      ...{ destination: 'T2_CH_CERN', destinationArea: '/store/user/alice' },
      ...{ publication: 'with-report', reports: 'at-once' },
    },
    {
      ...{ user: 'bob', label: 'higgs', primary: 'HToGG', sources: ['T2_DE_DESY'] },
      ...{ destination: BAD_SITE, destinationArea: '/store/user/bob' },
      ...{ publication: 'with-report', reports: 'at-once' },
    },
    {
      ...{ user: 'erin', label: 'qcd', primary: 'QCD', sources: ['T2_ES_CIEMAT'] },
      ...{ destination: BAD_SITE, destinationArea: '/store/user/erin' },
      ...{ publication: 'never', reports: 'at-once' },
    },
    {
      ...{ user: EXPIRED_USER, label: 'wjets', primary: 'WJets', sources: ['T2_ES_CIEMAT'] },
      ...{ destination: 'T2_BE_IIHE', destinationArea: `/store/user/${EXPIRED_USER}` },
      ...{ publication: 'with-report', reports: 'at-once' },
    },
    {
      ...{ user: 'frank', label: 'dy', primary: 'DYJets', sources: ['T2_DE_DESY'] },
      ...{ destination: 'T2_UK_London_IC', destinationArea: '/store/user/frank' },
      ...{ publication: 'with-report', reports: 'at-once' },
    },
  ],
  otherSites: [],
  strike: () => undefined,
  // Whoever fails is tried again soon, but not so often that all is over before an operator has looked.
  policy: () => ({ ...FAST, retryDelay: 4, retryDelayMax: 20, ftsMaxTimeInQueue: 600 }),
  settings: { operations: { refresh: 1, report: 1 }, monitor: { interval: 2, stuckAfter: 1 } },
};
