import type { SimulatedAnswer, SimulatedRequest } from '../http-server.ts';
import { FtsRefusal, json } from './answers.ts';
import { authorised, type Caller } from './identity.ts';
import { wireTime } from './views.ts';

const HOUR_MS = 3_600_000;

/**
 * Delegated credentials. Over plain HTTP there is no certificate to delegate from, so every user has a live delegation
 * unless the simulator was told otherwise, and any certificate in a PUT is accepted. A real exchange over TLS (a key of
 * our own per request, the proxy's chain and modulus checked) belongs here.
 */
export class Delegations {
  readonly #lifetimeMs: number;
  /** Epoch ms of expiry by delegation id, where it differs from the default. */
  readonly #expiries = new Map<string, number>();

  /** @param lifetimeHours how long a delegation is good for */
  constructor(lifetimeHours: number) {
    this.#lifetimeMs = lifetimeHours * HOUR_MS;
  }

  /** Epoch ms; null without a delegation. */
  expiryOf(caller: Caller): number | null {
    const known = this.#expiries.get(caller.delegationId);
    const expiry = known ?? (caller.delegated === false ? 0 : Date.now() + this.#lifetimeMs);
    return expiry > Date.now() ? expiry : null;
  }

  /** @throws FtsRefusal 419, as FTS also does when less than an hour is left */
  demand(caller: Caller): void {
    const expiry = this.expiryOf(caller);
    if (expiry === null) throw new FtsRefusal(419, `No delegation found for "${caller.dn}"`);
    if (expiry < Date.now() + HOUR_MS) {
      throw new FtsRefusal(419, 'The delegated credentials has less than one hour left');
    }
  }

  /** `/delegation/<id>[/request|/credential]`. @throws FtsRefusal 400, 403, 404, 405 */
  async answer(request: SimulatedRequest, segments: readonly string[], user: Caller | null): Promise<SimulatedAnswer> {
    const [id, action] = segments;
    const caller = authorised(user);
    if (id !== caller.delegationId) {
      throw new FtsRefusal(403, 'The requested ID and the credentials ID do not match');
    }
    switch (`${request.method} ${action ?? ''}`) {
      case 'GET ':
        return this.#view(request, caller);
      case 'DELETE ':
        if (this.expiryOf(caller) === null) throw new FtsRefusal(404, 'Delegation ID not found');
        this.#expiries.set(id, 0);
        return { status: 204 };
      case 'GET request':
        return { status: 200, headers: { 'content-type': 'text/plain', 'x-delegation-id': id }, body: REQUEST_PEM };
      case 'PUT credential':
      case 'POST credential':
        if (!String(await request.body()).includes('-----BEGIN CERTIFICATE-----')) {
          throw new FtsRefusal(400, 'Could not process the proxy: no certificate in the body');
        }
        this.#expiries.set(id, Date.now() + this.#lifetimeMs);
        return { status: 201 };
      default:
        throw new FtsRefusal(405, 'The method is not allowed for the requested URL.');
    }
  }

  #view(request: SimulatedRequest, caller: Caller): SimulatedAnswer {
    const expiry = this.expiryOf(caller);
    if (expiry !== null) return json({ termination_time: wireTime(expiry), voms_attrs: [''] });
    // FTS's own clients from 3.12 on are told [], everybody else null.
    const [, major = '0', minor = '0'] = /fts-.+\/(\d+)\.(\d+)/.exec(request.headers['user-agent'] ?? '') ?? [];
    return json(Number(major) > 3 || (major === '3' && Number(minor) >= 12) ? [] : null);
  }
}

/** A certificate request (RSA 2048, subject O=Dummy) whose private key nobody has. */
const REQUEST_PEM = `-----BEGIN CERTIFICATE REQUEST-----
MIICVTCCAT0CAQAwEDEOMAwGA1UECgwFRHVtbXkwggEiMA0GCSqGSIb3DQEBAQUA
A4IBDwAwggEKAoIBAQDHDUTKx+LNBqbo4Q0fU7kqCXMVqjjCrgNzKevGrUFtR3Br
sXxXRF62MV8QEvnZRB7RtlWLohoApboE0QrTNrj0yweNDM80k31KmSDJ7dkij+Zp
qdFT0u+IHDbVSQjD8knwMVypBrv+g7fltS1LHwFGupQ+4YulCqtvBC7DbKHhY/V2
d238JO9GjNNdSaEE3vHlbhLhke83F4+4WS37uo4xlXzWIHJ4bPlAAMa56afOT1eM
pp2JxJfhXhGErl2xnFRBDblFh99CiFEGBab+CK4jl71UMR5jwG/7miwsxhv3BmY2
uxHhIyky+gitfuVufenuzzhpvve3+fWVlGL5yfM3AgMBAAGgADANBgkqhkiG9w0B
AQsFAAOCAQEARt3YVif4HxBHph8aI4Vp9gUWIJn6YH5czc3b/Vx/mWdr29rzP5qz
ZNoLscjU5VUSj+wBLsCNEiIrqFbVNtsg8sW9jEOq3tb4Db3WM2PyWkUGuk6yVJYR
/fijJjguMCmj0Qi1H/ut/G2HJyBvdEytimjInXtiIeW/tYFmazYigDlihKUD4RP9
/hHfsdBXPOOGbzSNz+ffTfxDdAbElt6FIaAHEc6e6YnHGY2tweZTAx+1UbcYYVeY
rqRlGffL5ufeW3voml5QaG5IEAi0SShmr4OeHOljVdN4ZI+xRWkDlf7YH3e7atQa
aWL/pqXfrZ2X7GExmwI7S1zNzaav2blnsA==
-----END CERTIFICATE REQUEST-----
`;
