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

/** So many links: the sites that they begin at and end at, each with each. @param links a multiple of 10 */
export function sitesOfLinks(links: number): { sources: string[]; destinations: string[] } {
  const ends = links <= 20 ? 1 : 5;
  const more = Array.from({ length: links / ends }, (_, at) => SOURCES[at] ?? `T2_XX_Site${at + 1}`);
  return { sources: more, destinations: [...DESTINATIONS, 'T2_XX_End1', 'T2_XX_End2'].slice(0, ends) };
}
