/** A STOMP frame. */
export interface Frame {
  command: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What a client sent that is no frame. */
export class BadFrame extends Error {}

const LONGEST_FRAME = 1024 * 1024;
const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];
const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\c': ':', '\\\\': '\\' };
/** Their headers are as they are, for clients of STOMP 1.0. */
const UNESCAPED = new Set(['CONNECT', 'CONNECTED']);

/** Takes a stream of bytes apart into frames; line feeds between them are heart-beats. */
export class FrameReader {
  #bytes = Buffer.alloc(0);

  /** Frames that end within this chunk. @throws BadFrame */
  read(chunk: Buffer): Frame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      let start = 0;
      while (this.#bytes[start] === LF || this.#bytes[start] === CR) start += 1;
      this.#bytes = this.#bytes.subarray(start);
      const found = firstFrame(this.#bytes);
      if (!found) break;
      frames.push(found.frame);
      this.#bytes = this.#bytes.subarray(found.length);
    }
    if (this.#bytes.length > LONGEST_FRAME) throw new BadFrame('frame too long');
    return frames;
  }
}

function firstFrame(bytes: Buffer): { frame: Frame; length: number } | null {
  const head = /^([A-Z]+)\r?\n((?:[^\r\n]+\r?\n)*)\r?\n/.exec(bytes.toString('latin1', 0, 64 * 1024));
  if (!head) {
    if (bytes.includes(NUL)) throw new BadFrame('no command or no end of the headers');
    return null;
  }
  const command = head[1] ?? '';
  const lines = bytes.toString('utf8', command.length, head[0].length).split(/\r?\n/).filter(Boolean);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new BadFrame(`header without a colon: ${line}`);
    const [name = '', value = ''] = [line.slice(0, colon), line.slice(colon + 1)].map((text) =>
      UNESCAPED.has(command) ? text : unescape(text),
    );
    // The first of a repeated header counts.
    headers[name] ??= value;
  }
  const start = head[0].length;
  const told = headers['content-length'];
  const end = told === undefined ? bytes.indexOf(NUL, start) : start + Number(told);
  if (end < 0 || end >= bytes.length) return null;
  if (bytes[end] !== NUL) throw new BadFrame('no NUL behind the body');
  return { frame: { command, headers, body: bytes.toString('utf8', start, end) }, length: end + 1 };
}

function unescape(text: string): string {
  return text.replace(/\\(.?)/g, (escape) => {
    const meant = ESCAPES[escape];
    if (meant === undefined) throw new BadFrame(`undefined escape ${escape}`);
    return meant;
  });
}

const escape = (text: string): string =>
  text.replace(/[\\\n\r:]/g, (char) => ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r' })[char] ?? '\\c');

/** The bytes of a frame. */
export function frameBytes({ command, headers, body }: Frame): Buffer {
  const isPlain = UNESCAPED.has(command);
  const lines = Object.entries(headers).map(([name, value]) =>
    isPlain ? `${name}:${value}` : `${escape(name)}:${escape(value)}`,
  );
  return Buffer.from([command, ...lines, '', `${body}\0`].join('\n'));
}
