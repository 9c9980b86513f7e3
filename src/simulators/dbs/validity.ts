import { DbsError } from './dbs-error.ts';
import { Conditions, type Parameters } from './parameters.ts';
import type { Tables } from './tables.ts';

const now = () => Math.floor(Date.now() / 1000);

/**
 * `PUT files`: marks files valid (1) or not (0), by one LFN or by dataset. Files that are not there are no error. With
 * neither, or with several LFNs, the server updates every file of the instance; so does this one.
 */
export function updateFiles(tables: Tables, parameters: Parameters, by: string): void {
  const conditions = new Conditions();
  conditions.match(parameters, 'logical_file_name', 'logical_file_name');
  const [dataset] = parameters.get('dataset') ?? [];
  if (dataset !== undefined) {
    conditions.add('dataset_id IN (SELECT dataset_id FROM datasets WHERE dataset = ?)', dataset);
  }
  const valid = Math.trunc(Number(parameters.get('is_file_valid')?.[0])) || 0;
  tables.run(
    `UPDATE files SET last_modified_by = ?, last_modification_date = ?, is_file_valid = ? ${conditions.where}`,
    ...[by, now(), valid, ...conditions.values],
  );
}

/**
 * `PUT datasets`: changes a dataset's access type. A dataset that is not there is no error.
 * @throws DbsError 408 for an access type that the instance does not know, 113 for an empty one
 */
export function updateDatasets(tables: Tables, parameters: Parameters, by: string): void {
  const where = 'dbs.datasets.UpdateDatasets';
  const accessType = parameters.get('dataset_access_type')?.join(' ');
  if (accessType === '') {
    const cause = new DbsError(118, 'invalid dataset_access_type parameter', where, 'invalid parameter(s)');
    throw new DbsError(113, 'unable to validate dataset access type', where, cause);
  }
  if (accessType !== undefined) {
    const known = tables.get(`SELECT 1 FROM names WHERE kind = 'dataset_access_type' AND name = ?`, accessType);
    const cause = new DbsError(103, '', 'dbs.GetID', 'sql: no rows in result set');
    if (!known) throw new DbsError(408, `unable to find dataset_access_type_id for ${accessType}`, where, cause);
  }
  tables.run(
    `UPDATE datasets SET last_modified_by = ?, last_modification_date = ?,
       dataset_access_type = coalesce(?, dataset_access_type) WHERE dataset = ?`,
    ...[by, now(), accessType ?? null, parameters.get('dataset')?.[0] ?? ''],
  );
}
