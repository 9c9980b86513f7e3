/** Numbers as people read them. */
const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `12,345`; `—` where nobody knows. */
export const count = (value) => (value === null || value === undefined ? '—' : plain.format(value));

/** `12.3K`, for narrow places. */
export const brief = (value) => (Math.abs(value) < 10_000 ? plain.format(value) : short.format(value));

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** `1.5 GiB`. */
export function bytes(value) {
  if (value === null || value === undefined) return '—';
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1024 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${rest >= 100 || unit === 0 ? plain.format(rest) : one.format(rest)} ${UNITS[unit]}`;
}

/** In the unit that is shown. */
export const amount = (unit) => (unit === 'bytes' ? bytes : count);

/** `98.2 %`; `—` of nothing. */
export function share(part, whole) {
  if (!whole) return '—';
  const percent = (100 * part) / whole;
  // What is not all must not look like all.
  const shown = percent > 99.9 && percent < 100 ? '99.9' : one.format(percent);
  return `${shown} %`;
}

/** `3 min`, `2 h 10 min`, `4 d 3 h`. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '—';
  if (seconds < 90) return `${one.format(seconds < 10 ? seconds : Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60)
    return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
  const hours = Math.round(minutes / 60);
  return hours % 24 ? `${Math.floor(hours / 24)} d ${hours % 24} h` : `${hours / 24} d`;
}

export const ago = (at, now) => `${duration(Math.max(0, Math.round(now - at)))} ago`;

/** Files per hour over a range. */
export function perHour(value, seconds) {
  const rate = (value * 3600) / seconds;
  return `${rate >= 100 ? plain.format(rate) : one.format(rate)} files/h`;
}

/** Bytes per second over a range. */
export const perSecond = (value, seconds) => `${bytes(value / seconds)}/s`;

/** `24 Nov 21:35` in the time of whoever looks. */
export const time = (at) =>
  new Date(at * 1000).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** With the second, for titles. */
export const exactTime = (at) => new Date(at * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');

export const files = (value) => `${count(value)} ${value === 1 ? 'file' : 'files'}`;
