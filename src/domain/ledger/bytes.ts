/** Writes numbers and texts one behind the other: small numbers take one byte (LEB128). */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** A non-negative integer below 2^53. */
  number(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  /** An integer of either sign: the lowest bit is the sign, so that small ones take one byte. */
  signed(value: number): void {
    const size = Math.abs(value);
    const low = (size % 0x40) * 2 + (value < 0 ? 1 : 0);
    const high = Math.floor(size / 0x40);
    this.#byte(high > 0 ? low + 0x80 : low);
    if (high > 0) this.number(high);
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.number(bytes.length);
    for (const byte of bytes) this.#byte(byte);
  }

  /** Hex digits, two a byte; their count is known to the reader. */
  hex(value: string): void {
    for (let i = 0; i < value.length; i += 2) this.#byte(parseInt(value.slice(i, i + 2), 16));
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
  }
}

/** Reads what a ByteWriter wrote. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  signed(): number {
    const low = this.#byte();
    const size = ((low & 0x7f) >> 1) + (low < 0x80 ? 0 : this.number() * 0x40);
    return low & 1 ? -size : size;
  }

  text(): string {
    const length = this.number();
    const text = new TextDecoder().decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return text;
  }

  hex(digits: number): string {
    let text = '';
    for (let i = 0; i < digits; i += 2) text += this.#byte().toString(16).padStart(2, '0');
    return text;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the ledger ends too early');
    return byte;
  }
}
