import type { BadRecord, NumberedRecord } from '../contract/job-reports.ts';

/** The records of a file, before anything is known of what they say. */
export interface RecordFile {
  records: NumberedRecord[];
  /** Lines that are not JSON. */
  bad: BadRecord[];
  /** The last line, where its writer has not come to its end yet. */
  unfinished: number | null;
}

/** Takes a file of records apart: JSON lines as CRAB writes them, or one JSON array. */
export function readRecordFile(content: string): RecordFile {
  const text = content.replace(/^\uFEFF/, '');
  return isArray(text) ? readArray(text) : readLines(text);
}

/** The file is one array, and not lines of which the first happens to be one. */
function isArray(text: string): boolean {
  if (!/^\s*\[/.test(text)) return false;
  const [first = '', ...rest] = text.trimStart().split('\n');
  return parse(first).error !== null || rest.every((line) => !line.trim());
}

function readArray(text: string): RecordFile {
  const file: RecordFile = { records: [], bad: [], unfinished: null };
  for (const element of splitArray(text)) {
    const { value, error } = parse(element.text);
    if (error === null) file.records.push({ line: element.line, value });
    else file.bad.push({ line: element.line, faults: [{ field: '', rule: 'json' }] });
  }
  return file;
}

function readLines(text: string): RecordFile {
  const lines = text.split('\n');
  const file: RecordFile = { records: [], bad: [], unfinished: null };
  for (const [i, content] of lines.entries()) {
    if (!content.trim()) continue;
    const { value, error } = parse(content);
    if (error === null) file.records.push({ line: i + 1, value });
    // No newline follows the last piece: whoever appends to the file is still at it.
    else if (i === lines.length - 1) file.unfinished = i + 1;
    else file.bad.push({ line: i + 1, faults: [{ field: '', rule: 'json' }] });
  }
  return file;
}

function parse(text: string): { value: unknown; error: null } | { value: undefined; error: string } {
  try {
    return { value: JSON.parse(text) as unknown, error: null };
  } catch (error) {
    return { value: undefined, error: (error as Error).message };
  }
}

/**
 * Cuts an array into its elements, each with the line it begins on. It need not be valid JSON: what is wrong stays within its element, and
 * what is left open or follows the array is an element that is no JSON.
 */
function splitArray(text: string): { line: number; text: string }[] {
  const elements: { line: number; text: string }[] = [];
  let line = 1;
  let depth = 0;
  let begin = -1;
  let beginLine = 0;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i] ?? '';
    if (character === '\n') line += 1;
    if (depth === 1 && (character === ',' || character === ']')) {
      if (begin >= 0) elements.push({ line: beginLine, text: text.slice(begin, i) });
      // A comma that nothing stands before.
      else if (character === ',') elements.push({ line, text: '' });
      begin = -1;
    } else if (begin < 0 && !/\s/.test(character) && !(depth === 0 && character === '[' && !elements.length)) {
      begin = i;
      beginLine = line;
    }
    if (character === '"') i = endOfString(text, i);
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
  }
  if (begin >= 0) elements.push({ line: beginLine, text: text.slice(begin) });
  else if (depth > 0) elements.push({ line, text: '' });
  return elements;
}

/** The position of the quote that ends the string beginning at `start`; JSON strings do not go over lines. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
    else if (text[i] === '\n') return i - 1;
  }
  return text.length;
}
