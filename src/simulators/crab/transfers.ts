import { CrabRefusal, type Arguments } from './arguments.ts';
import type { CrabBooks } from './books.ts';
import { acquirePublication, acquireTransfers, retryTransfers, type Modified } from './transfer-queue.ts';
import { updatePublication, updateTransfers } from './transfer-updates.ts';

type Post = (books: CrabBooks, form: Arguments) => Modified | void;

/** Two of CRAB's statements do not work: one is not SQL, the other wants an id that nobody can give. */
const broken = (message: string): Post => {
  return () => {
    throw new CrabRefusal(500, 'ExecutionError', message);
  };
};

const POSTS: Readonly<Record<string, Post>> = {
  acquireTransfers,
  acquirePublication,
  updateTransfers,
  updatePublication,
  retryTransfers,
  updateRucioInfo: () => undefined,
  retryPublication: broken('ORA-01008: not all variables bound'),
  killTransfers: broken('ORA-01747: invalid user.table.column, table.column, or column specification'),
};

/**
 * POST `filetransfers`: recorded, and carried out.
 * @throws CrabRefusal 400 for an unknown subresource, or without a fit `asoworker`, and as the subresource does
 */
export function postTransfers(books: CrabBooks, form: Arguments): Modified[] {
  const subresource = form.text('subresource');
  const post = Object.hasOwn(POSTS, subresource) ? POSTS[subresource] : undefined;
  if (!post) throw CrabRefusal.invalid("Invalid 'subresource' parameter");
  if (!/^[A-Za-z0-9\-._%]{1,100}$/.test(form.text('asoworker')))
    throw CrabRefusal.invalid("Invalid 'asoworker' parameter");
  const rest = Object.entries(form.all).filter(([name]) => name !== 'subresource');
  books.noteCall({ subresource, arguments: Object.fromEntries(rest) });
  const modified = post(books, form);
  return modified ? [modified] : [];
}
