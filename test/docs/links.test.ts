import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { anchorsOf, pages, readPage } from './pages.ts';

test.each(pages())('%s links to what there is', (path, text) => {
  const base = new URL(`../../${path}`, import.meta.url);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  const broken = links.filter((link) => !/^https?:/.test(link) && !leads(base, link));
  expect(broken).toEqual([]);
});

function leads(base: URL, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? base : new URL(file, base);
  if (!existsSync(target)) return false;
  if (anchor === undefined || !target.pathname.endsWith('.md')) return true;
  const root = new URL('../../', import.meta.url).pathname;
  return anchorsOf(readPage(target.pathname.slice(root.length))).includes(anchor);
}
