import { expect, it } from 'vitest';
import { dbsServiceUrl } from '../../../src/adapters/dbs/dbs-urls.ts';

it.each([
  'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter',
  'https://cmsweb.cern.ch/dbs/prod/phys03/DBSWriter/',
  'https://cmsweb.cern.ch/dbs/prod/phys03',
])('the reader beside %s', (url) => {
  expect(dbsServiceUrl(url, 'DBSReader')).toBe('https://cmsweb.cern.ch/dbs/prod/phys03/DBSReader');
});
