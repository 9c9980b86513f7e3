import { createReadStream } from 'node:fs';
import { mkdir, rmdir, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import type { Checksums } from './checksums.ts';
import { digestHeaders } from './digest-headers.ts';
import { propfind } from './propfind.ts';
import { statOf, unlessMissing, type SiteFolders, type StoragePlace } from './site-folders.ts';
import { storeWhole } from './upload.ts';

const ALLOWED = 'OPTIONS, HEAD, GET, PUT, DELETE, MKCOL, PROPFIND';

/** What the methods work on. */
export interface Door {
  folders: SiteFolders;
  checksums: Checksums;
}

/** Answers one WebDAV request for a place; 405 for methods a door does not have. */
export async function serveWebdav(
  door: Door,
  request: SimulatedRequest,
  place: StoragePlace,
): Promise<SimulatedAnswer> {
  switch (request.method) {
    case 'HEAD':
    case 'GET':
      return get(door, request, place);
    case 'PUT':
      return put(door, request, place);
    case 'DELETE':
      return remove(place);
    case 'MKCOL':
      return makeCollection(place);
    case 'PROPFIND':
      return propfind(place, String(request.headers['depth'] ?? 'infinity').toLowerCase());
    case 'OPTIONS':
      return { status: 200, headers: { dav: '1', allow: ALLOWED, 'content-length': '0' } };
    default:
      return { status: 405, headers: { allow: ALLOWED } };
  }
}

async function get(door: Door, request: SimulatedRequest, { diskPath }: StoragePlace): Promise<SimulatedAnswer> {
  const stats = statOf(diskPath);
  if (!stats) return { status: 404 };
  if (!stats.isFile()) return { status: 405, headers: { allow: ALLOWED } };
  const headers = {
    'content-length': String(stats.size),
    'content-type': 'application/octet-stream',
    'last-modified': stats.mtime.toUTCString(),
    ...(await digestHeaders(request.headers, () => door.checksums.of(diskPath))),
  };
  if (request.method === 'HEAD') return { status: 200, headers };
  return { status: 200, headers, body: createReadStream(diskPath, { highWaterMark: 1 << 18 }) };
}

async function put(door: Door, request: SimulatedRequest, place: StoragePlace): Promise<SimulatedAnswer> {
  const before = statOf(place.diskPath);
  if (before?.isDirectory() || place.lfn === '/') return { status: 409 };

  try {
    await storeWhole(door.folders.root, place.diskPath, request.stream, door.checksums);
  } catch (error) {
    // A file stands where a folder is needed, or a folder where the file goes.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'EISDIR') return { status: 409 };
    throw error;
  }
  return { status: before ? 204 : 201 };
}

async function remove({ diskPath, lfn }: StoragePlace): Promise<SimulatedAnswer> {
  const stats = statOf(diskPath);
  if (!stats) return { status: 404 };
  if (lfn === '/') return { status: 403 };
  try {
    // A folder with something in it is not removed, unlike in plain WebDAV: doors of the grid refuse that too.
    const removed = await unlessMissing((stats.isDirectory() ? rmdir(diskPath) : unlink(diskPath)).then(() => true));
    return { status: removed ? 204 : 404 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTEMPTY') return { status: 409 };
    throw error;
  }
}

async function makeCollection({ diskPath, lfn }: StoragePlace): Promise<SimulatedAnswer> {
  if (statOf(diskPath)) return { status: 405, headers: { allow: ALLOWED } };
  if (lfn !== '/' && !statOf(dirname(diskPath))) return { status: 409 };
  await mkdir(diskPath, { recursive: true });
  return { status: 201 };
}
