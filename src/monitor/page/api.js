/** The monitor did not answer, or refused. */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const TIMEOUT_MS = 30_000;

/** The address of a question to the API; absent parameters are left out. */
export function apiUrl(name, parameters = {}) {
  const query = new URLSearchParams(
    Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null),
  );
  const text = query.toString();
  return `/api/v1/${name}${text ? `?${text}` : ''}`;
}

/** Asks the API. Where the session is over, the login form takes over. */
export async function ask(name, parameters) {
  let response;
  try {
    response = await fetch(apiUrl(name, parameters), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ApiError('The monitor does not answer.', 0);
  }
  if (response.status === 401) {
    location.assign('/login');
    throw new ApiError('Log in.', 401);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok)
    throw new ApiError(answer?.error?.message ?? `The monitor answers ${response.status}.`, response.status);
  return answer;
}
