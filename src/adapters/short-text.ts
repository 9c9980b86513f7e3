/** Longest message a failure carries, characters: failures are kept in workflow histories. */
const MAX_MESSAGE = 500;

/** A distinguished name: quoted ones end at the quote, bare ones at the end of the clause. */
const DISTINGUISHED_NAME = /\/(?:DC|C|O|OU|ST|L|CN)=[^"'<>,;()\n]*/g;
/** One as OpenSSL and RFC 4514 write it, parts with commas between; a single part may be anything. */
const NAME_WITH_COMMAS = /\b(?:DC|C|O|OU|ST|L|CN) ?= ?[^,"'<>;()\n]+(?:, ?(?:DC|C|O|OU|ST|L|CN) ?= ?[^,"'<>;()\n]+)+/g;
const BEARER = /\bBearer\s+\S+/gi;
const JSON_WEB_TOKEN = /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g;
/** Private keys and certificates, should a server echo what it was sent. */
const PEM = /-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g;

/** Text of a third party without what must never be stored: distinguished names, tokens, keys. */
export function redact(text: string): string {
  return text
    .replace(PEM, '<PEM>')
    .replace(BEARER, 'Bearer <token>')
    .replace(JSON_WEB_TOKEN, '<token>')
    .replace(DISTINGUISHED_NAME, '<DN>')
    .replace(NAME_WITH_COMMAS, '<DN>');
}

/** Redacted text on one line, cut to so many characters (an ellipsis tells). */
export function shortText(text: string, max: number = MAX_MESSAGE): string {
  // Only the head is looked at: error bodies reach megabytes, and redaction must not cost accordingly.
  const line = redact(text.slice(0, max * 8))
    .replace(/[\s\u0000-\u001f\u007f]+/g, ' ')
    .trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}
