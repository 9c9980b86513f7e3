import type { CredentialRef } from '../../domain/file.ts';
import type { Credential } from '../../ports/credentials.ts';

/** A file of the credential folder. */
export interface CredentialFile {
  ref: CredentialRef;
  kind: Credential['kind'];
  /** Below the folder, e.g. `alice/proxy.becms.pem`. */
  path: string;
}

/** The folder of the service itself, whose user is empty. No user is called so: names begin with a letter or digit. */
const SERVICE_FOLDER = '_service';

const USER_NAME = /^[A-Za-z0-9][\w.-]*$/;
/** Groups and roles have no dot: it separates them in file names. */
const PART_NAME = /^\w[\w-]*$/;
const FILE_NAME = /^(?:proxy((?:\.[\w-]*){0,2})\.pem|token((?:\.[\w-]*){0,2}))$/;

/** CRAB writes `NULL` where a task has no group or role. */
const orNone = (part: string): string => (part === 'NULL' ? '' : part);

/**
 * The files that may hold a credential, in the order in which they are used: a proxy before a token.
 * Null for names that are none: they come from outside and must not lead out of the folder.
 */
export function credentialFiles({ user, group, role }: CredentialRef): [CredentialFile, CredentialFile] | null {
  const ref = { user, group: orNone(group), role: orNone(role) };
  const isService = user === '';
  if (!isService && !USER_NAME.test(user)) return null;
  if (![ref.group, ref.role].every((part) => part === '' || PART_NAME.test(part))) return null;
  const folder = isService ? SERVICE_FOLDER : user;
  const suffix = (ref.role ? [ref.group, ref.role] : ref.group ? [ref.group] : []).map((part) => `.${part}`).join('');
  return [
    { ref, kind: 'x509', path: `${folder}/proxy${suffix}.pem` },
    { ref, kind: 'token', path: `${folder}/token${suffix}` },
  ];
}

/** The user whose folder has this name; null where no user's has. */
export function userOfFolder(folder: string): string | null {
  if (folder === SERVICE_FOLDER) return '';
  return USER_NAME.test(folder) ? folder : null;
}

/** What a file in a user's folder is for; null where it is for nothing, such as one that is being written. */
export function credentialFileOf(user: string, name: string): CredentialFile | null {
  const parts = FILE_NAME.exec(name);
  const [group = '', role = ''] = (parts?.[1] ?? parts?.[2] ?? '').split('.').slice(1);
  // Names that `credentialFiles` would not make, as `proxy..pem`, are never looked at.
  return parts && (credentialFiles({ user, group, role })?.find(({ path }) => path.endsWith(`/${name}`)) ?? null);
}

/** Whose credential it is, for messages: `alice (group becms, role production)`. */
export function ownerText({ user, group, role }: CredentialRef): string {
  const parts = [group && `group ${group}`, role && `role ${role}`].filter(Boolean).join(', ');
  return `${user || 'the service'}${parts && ` (${parts})`}`;
}
