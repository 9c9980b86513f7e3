import { readdirSync, readFileSync } from 'node:fs';

/** The pages for readers: README, CONTRIBUTING and everything in docs. Paths are from the root of the repository. */
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...readdirSync(new URL('../../docs', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort();

export const readPage = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** All pages with their text, for `test.each`. */
export const pages = (): [path: string, text: string][] => PAGES.map((path) => [path, readPage(path)]);

/** The part of a page below a heading, down to the next one of its level. */
export function sectionOf(text: string, heading: string): string {
  const [, level = ''] = new RegExp(`^(#+) ${heading}$`, 'm').exec(text) ?? [];
  if (level === '') throw new Error(`there is no heading ${heading}`);
  const from = text.indexOf(`\n${level} ${heading}\n`) + 1;
  const to = text.indexOf(`\n${level} `, from);
  return text.slice(from, to === -1 ? undefined : to);
}

/** Anchors of a page's headings, as GitHub makes them. */
export const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(
    ([, heading = '']) =>
    heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'), // prettier-ignore
  );
