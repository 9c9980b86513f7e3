/** A time for people and programs, UTC to the second: `2026-11-24T10:00:00Z`. @param epochMs epoch milliseconds */
export const utcTime = (epochMs: number): string => new Date(epochMs).toISOString().replace(/\.\d{3}/, '');
