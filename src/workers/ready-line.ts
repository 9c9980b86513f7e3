/** Tells whoever started a worker process (a supervisor, the demo) that it polls. */
export const READY_LINE = 'worker ready';
