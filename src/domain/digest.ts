import { sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

/** SHA-256 of a text, as 64 hex digits. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/** The first 8 hex digits of a text's SHA-256: short enough for a workflow id. */
export const shortHash = (text: string): string => sha256Hex(text).slice(0, 8);

/** CRAB's id of a transfer: SHA-224 of the source LFN, 56 hex digits (getHashLfn in CRABServer's ServerUtilities.py). */
export const crabFileId = (sourceLfn: string): string => bytesToHex(sha224(utf8ToBytes(sourceLfn)));

/** RFC 4122 version 5 UUID of a name in a namespace: how FTS3 derives a deterministic job id. */
export function uuid5(namespace: string, name: string): string {
  const hash = sha1(new Uint8Array([...hexToBytes(namespace.replaceAll('-', '')), ...utf8ToBytes(name)])).slice(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytesToHex(hash);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
