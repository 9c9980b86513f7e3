/** How a value is shown to people: secrets are not, passwords within URLs neither. */
export function shown(value: unknown, secret = false): string {
  if (value === null || value === undefined) return 'none';
  if (secret) return '***';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/(:\/\/)[^/@\s]*@/g, '$1***@');
}
