import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';

/** WMCore's codes and texts of errors. */
const CODES: Readonly<Record<string, [code: string, detail: string]>> = {
  InvalidParameter: ['302', 'Invalid input parameter'],
  MissingObject: ['303', 'Required object is missing'],
};

/** A refusal of CRAB's REST: what it tells stands in headers, the body is empty. */
export class CrabRefusal extends Error {
  readonly status: number;
  readonly errorClass: string;

  constructor(status: number, errorClass: string, message: string) {
    super(message);
    this.status = status;
    this.errorClass = errorClass;
  }

  /** An argument that is missing or malformed. */
  static invalid(message: string): CrabRefusal {
    return new CrabRefusal(400, 'InvalidParameter', message);
  }

  get answer(): SimulatedAnswer {
    const [code, detail] = CODES[this.errorClass] ?? ['403', 'Execution error'];
    return {
      status: this.status,
      headers: {
        'x-rest-status': code,
        'x-error-http': String(this.status),
        'x-error-id': String(Date.now()),
        'x-error-detail': detail,
        'x-error-info': this.message,
      },
      body: '',
    };
  }
}

/** The arguments of a call, from its query and its form-encoded body. */
export class Arguments {
  readonly #fields: URLSearchParams;

  private constructor(fields: URLSearchParams) {
    this.#fields = fields;
  }

  static async of(request: SimulatedRequest): Promise<Arguments> {
    const fields = new URLSearchParams(request.query);
    const body = request.method === 'GET' ? '' : (await request.body()).toString('utf8');
    for (const [name, value] of new URLSearchParams(body)) fields.append(name, value);
    return new Arguments(fields);
  }

  /** All values of a repeated argument. */
  list(name: string): string[] {
    return this.#fields.getAll(name);
  }

  optional(name: string): string | null {
    return this.#fields.get(name);
  }

  /** @throws CrabRefusal 400 where it is missing */
  text(name: string): string {
    const value = this.#fields.get(name);
    if (value === null) throw CrabRefusal.invalid(`Incorrect '${name}' parameter`);
    return value;
  }

  /** A whole number. @throws CrabRefusal 400 where it is missing or something else */
  number(name: string): number {
    const value = this.text(name);
    if (!/^-?\d+$/.test(value)) throw CrabRefusal.invalid(`Invalid '${name}' parameter`);
    return Number(value);
  }

  /** All arguments, a repeated one by its last value. */
  get all(): Record<string, string> {
    return Object.fromEntries(this.#fields);
  }
}
