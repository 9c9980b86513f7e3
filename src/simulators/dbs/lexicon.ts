/** Names DBS accepts: the writer's and the reader's lexicon. A name is good if any of its patterns matches. */
const WRITER = {
  logicalFileName: [
    /^\/([a-z]+)\/([a-z0-9]+)\/(([a-zA-Z0-9\-_]+))\/([a-zA-Z0-9\-_]+)\/([A-Z\-_]+)\/([a-zA-Z0-9\-_]+)((\/[0-9]+){3}){0,1}\/([0-9]+)\/([a-zA-Z0-9\-_]+).root$/,
    /^\/([a-z]+)\/([a-z0-9]+)\/([a-z0-9]+)\/([a-zA-Z0-9\-_]+)\/([a-zA-Z0-9\-_]+)\/([A-Z\-_]+)\/([a-zA-Z0-9\-_]+)((\/[0-9]+){3}){0,1}\/([0-9]+)\/([a-zA-Z0-9\-_]+).root$/,
    // User and group areas. The dot before `root` is the server's: it matches any character.
    /^\/store\/(temp\/)*(user|group)\/(([a-zA-Z0-9.]+)|([a-zA-Z0-9\-_]+))\/([a-zA-Z][a-zA-Z0-9\-_]*)\/(([a-zA-Z0-9\-_]+)\/)+([a-zA-Z0-9\-_]+).root$/,
    /^\/store\/mc\/(([a-zA-Z0-9\-_]+))\/([a-zA-Z0-9\-_]+)\/([a-zA-Z0-9\-_]+)\/([a-zA-Z0-9\-_]+)(\/([a-zA-Z0-9\-_]+))*\/([a-zA-Z0-9\-_]+).root$/,
    /^\/store\/(data|express|hidata)\/([a-zA-Z0-9\-_]+)\/([a-zA-Z][a-zA-Z0-9\-_]*)\/([A-Z\-_]+)\/([a-zA-Z0-9\-_]+)\/([0-9]+)\/([0-9]+)\/([0-9]+)(\/([0-9]+))?\/([a-zA-Z0-9\-_]+).root$/,
  ],
  dataset: [/^\/[a-zA-Z0-9\-_]{1,99}\/[a-zA-Z0-9.\-_]{1,199}\/[A-Z-]{1,50}$/, /unittest/],
  processedName: [/^[a-zA-Z0-9.\-_]+/],
  dataTier: [/^([A-Z](\*|[A-Z0-9\-*]{2,99}))$|^\*$/],
} as const;

const READER = {
  logicalFileName: [/^\/store\/([A-Za-z0-9._\-/])+\/([A-Za-z0-9._-])+(.root|.lhe(.xz){0,1})$/],
  blockName: [
    /\[.*,\s*.*\]/,
    /^\/([a-zA-Z0-9]+[a-zA-Z0-9\-._]*)\/([a-zA-Z]+[a-zA-Z0-9_\-.]*)\/([A-Z_\-.]+)#([a-fA-F0-9\-.]+)$/,
    /^\/(\*|[a-zA-Z*][a-zA-Z0-9_*]{0,100})(\/(\*|[a-zA-Z0-9_.\-*]{1,199})){0,1}(\/(\*|[A-Z\-*]{1,99})(#(\*|[a-zA-Z0-9.\-_*]){0,100}){0,1}){0,1}$/,
  ],
  dataset: [
    /^\/([a-zA-Z0-9]+[a-zA-Z0-9\-._]*)\/([a-zA-Z]+[a-zA-Z0-9_\-.]*)\/([A-Z_\-.]+)$/,
    /^\/(\*|[a-zA-Z*][a-zA-Z0-9_*-]{0,100})(\/(\*|[a-zA-Z0-9_.\-*]{1,199})){0,1}(\/(\*|[A-Z\-*]{1,50})){0,1}$/,
    /unittest/,
  ],
} as const;

const matches = (patterns: readonly RegExp[], value: string) => patterns.some((pattern) => pattern.test(value));

/** Whether the writer takes the name of this kind. */
export function isWritable(kind: keyof typeof WRITER, value: string): boolean {
  return matches(WRITER[kind], value);
}

/** Dates are seconds since 1970 with exactly ten digits. */
export function isUnixTime(value: number): boolean {
  return /^[1-9][0-9]{9}$/.test(String(value));
}

/** Why the reader refuses a query parameter's value, or null. Parameters without a lexicon are never refused. */
export function readerRefusal(parameter: string, value: string): string | null {
  const refusal = `unable to match '${parameter}' value '${value}'`;
  if (parameter === 'dataset') {
    if (value.length > 301) return `length of ${value} exceed 301 characters`;
    return matches(READER.dataset, value) ? null : refusal;
  }
  if (parameter === 'block_name') {
    for (const block of value.replaceAll(/[[\]]/g, '').split(',')) {
      const [, id, ...more] = block.trim().split('#');
      if (id === undefined || more.length > 0) return `wrong parts in block name ${block}`;
      // A quote around the name is counted, as there.
      if (id.length > 36) return `wrong length of block hash ${block}`;
    }
    if (value.length > 402) return `length of ${value} exceed 402 characters`;
    return matches(READER.blockName, value) ? null : refusal;
  }
  if (parameter === 'logical_file_name') {
    for (const lfn of value.replaceAll(/[[\]'"]/g, '').split(',')) {
      const name = lfn.trim();
      if (name.length > 500) return `length of LFN ${name} exceed 500 characters`;
      if (!matches(READER.logicalFileName, name)) return `unable to match '${parameter}' value '${name}' from LFN list`;
    }
  }
  return null;
}
