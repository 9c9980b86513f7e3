/** A file of the store that cannot be used; the message says why, and nothing of what is in it. */
export class BadCredential extends Error {
  override name = 'BadCredential';
}
