/** DBS's services of one instance, e.g. `https://cmsweb.cern.ch/dbs/prod/phys03/<service>`. */
export type DbsService = 'DBSReader' | 'DBSWriter' | 'DBSMigrate';

/**
 * The URL of another service of the same DBS instance: the last part replaced, or appended where the URL ends with the
 * instance (CRAB keeps both forms). Without a slash at its end.
 */
export function dbsServiceUrl(url: string, service: DbsService): string {
  const base = url.replace(/\/+$/, '').replace(/\/DBS[A-Z]\w*$/, '');
  return `${base}/${service}`;
}
