/** Ten sites where jobs run, as many as in the peers' experiments. */
export const SOURCES: readonly string[] = [
  'T2_BE_IIHE',
  'T2_DE_DESY',
  'T2_EE_Estonia',
  'T2_ES_CIEMAT',
  'T2_FR_GRIF',
  'T2_IT_Legnaro',
  'T2_IT_Pisa',
  'T2_UK_London_IC',
  'T2_US_MIT',
  'T2_US_Purdue',
];

/** Sites where users keep their files. */
export const DESTINATIONS: readonly string[] = ['T2_CH_CERN', 'T2_CH_CSCS', 'T2_US_Nebraska'];
