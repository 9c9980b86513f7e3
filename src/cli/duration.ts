/** A time that passes, in the largest two units: `3 d 4 h`, `4 h 12 min`, `12 min`; below a minute `40 s`. @param milliseconds at least 0 */
export function durationText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes % 60} min`;
  return minutes ? `${minutes} min` : `${Math.ceil(milliseconds / 1000)} s`;
}
