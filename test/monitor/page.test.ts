import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adviceFor } from '../../src/cli/failure-advice.ts';
import { loadConfig } from '../../src/config/index.ts';
import { startMonitor, type Monitor, type MonitorOptions } from '../../src/monitor/run-monitor.ts';
import { findBrowser, SCREENSHOTS, startBrowser } from '../support/browser.ts';
import { startRig, type Rig } from '../support/rig.ts';
import { TestTask } from '../support/test-task.ts';
import { startWorld, type World } from '../support/world.ts';

const executable = findBrowser();
if (!executable && !process.env['CI'])
  console.log('the page is not tested: no chromium, chromium-browser or google-chrome on PATH');

const LEAST_CONTRAST = `${readFileSync(new URL('least-contrast.js', import.meta.url), 'utf8')}; leastContrast()`;

const TOKEN = 'a-token-of-the-test-0123456789';
/** What a storage system may write into a reason; and what somebody may write into a signal. */
const HOSTILE = '<img src=x onerror="document.title=\'taken over\'"><script>document.title="taken over"</script>';

describe.skipIf(!executable && !process.env['CI'])('the page in a real browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aso-monitor-'));
  const complaints: string[] = [];
  let world: World;
  let rig: Rig;
  let monitor: Monitor;
  let context: BrowserContext;
  let closeBrowser: () => Promise<void>;
  let page: Page;
  let alice: TestTask;
  let bob: TestTask;

  beforeAll(async () => {
    if (!executable) throw new Error('no chromium, chromium-browser or google-chrome on PATH');
    writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
    world = await startWorld();
    rig = await startRig(world);
    monitor = await startMonitor(options());
    ({ context, close: closeBrowser } = await startBrowser(executable));
    page = await context.newPage();
    // What the policy of the page forbids is told on the console.
    page.on('console', (message) => message.type() !== 'debug' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    console.log(`screenshots in ${SCREENSHOTS}`);
  }, 180_000);
  afterAll(async () => {
    await closeBrowser();
    await monitor.close();
    await rig.close();
    await world.close();
    rmSync(folder, { recursive: true });
  });

  const options = (): MonitorOptions => ({
    ...{ client: rig.client, namespace: rig.server.namespace, release: 'test', adviceFor },
    config: loadConfig({
      ...{ ASO_MONITOR_LISTEN: '127.0.0.1:0', ASO_MONITOR_INTERVAL: '0.5' },
      ...{ ASO_MONITOR_DATABASE: join(folder, 'monitor.sqlite'), ASO_MONITOR_TOKEN_FILE: join(folder, 'token') },
    }).monitor,
    onTrouble: (problem) => void (problem && complaints.push(problem)),
    onError: (error) => void complaints.push(String(error)),
  });
  async function api<T>(path: string): Promise<T> {
    const answer = await fetch(`${monitor.url}/api/v1/${path}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  }
  const screenshot = (name: string, fullPage = true) =>
    page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
  const text = (selector: string) => page.locator(selector).innerText();
  /** Presses Tab until the element with this text has the focus. */
  async function tabTo(wanted: string): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate<string>(
        `document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText`,
      );
      if (focused.includes(wanted)) return;
    }
    throw new Error(`no way to ${wanted} by keyboard`);
  }
  const rounds = () => page.evaluate<number>(`Number(document.documentElement.dataset.round ?? 0)`);
  async function nextRound(): Promise<void> {
    const before = await rounds();
    await expect.poll(rounds).toBeGreaterThan(before);
  }

  test('samples what happens in a world where files fail at two sites', async () => {
    // The history begins before anything happens, so that all of it is news.
    await expect.poll(async () => (await api<{ sampledAt: number | null }>('state')).sampledAt).not.toBeNull();
    alice = new TestTask(world, rig, 'alice');
    bob = new TestTask(world, rig, 'bob');
    alice.fault('out0_2.root', { outcome: { fail: `DESTINATION [13] Permission denied ${HOSTILE}` } });
    bob.fault('out0_2.root', { outcome: { fail: 'DESTINATION [13] Permission denied' } });
    bob.fault('out0_3.root', { outcome: 'hang' });
    await alice.add(
      await alice.job({ jobId: '1', log: true }),
      await alice.job({ jobId: '2' }),
      await alice.job({ jobId: '3', source: 'T2_US_MIT' }),
    );
    await bob.add(
      await bob.job({ jobId: '1', source: 'T2_US_MIT', destination: 'T2_DE_DESY' }),
      await bob.job({ jobId: '2', source: 'T2_US_MIT', destination: 'T2_DE_DESY' }),
      await bob.job({ jobId: '3', source: 'T2_ES_CIEMAT', destination: 'T2_DE_DESY' }),
    );
    await expect.poll(() => alice.transfer()).toMatchObject({ DONE: 3, FAILED: 1 });
    await expect.poll(() => bob.transfer()).toMatchObject({ DONE: 1, FAILED: 1, SUBMITTED: 1 });
    const sampled = async () => (await api<{ totals: object }>('series')).totals;
    await expect.poll(sampled).toMatchObject({ reported: 7, done: 4, failed: 2, killed: 0 });
  }, 60_000);

  test('asks for the token, and keeps it out of address and storage', async () => {
    await page.goto(monitor.url);
    expect(page.url()).toBe(`${monitor.url}/login`);
    await page.keyboard.type('not the token at all');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toBe(`${monitor.url}/login?wrong`);
    await page.locator('#token').fill(TOKEN);
    await screenshot('login');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.tile');
    expect(page.url()).not.toContain(TOKEN);
    const cookies = await context.cookies();
    expect(cookies).toMatchObject([{ name: 'aso_monitor', httpOnly: true, sameSite: 'Strict' }]);
    expect(JSON.stringify([cookies, await context.storageState()])).not.toContain(TOKEN);
  });

  test('shows what happened, links to Temporal and names its queries', async () => {
    const tiles = await text('.tiles');
    for (const line of [
      /In hand now\s+1/,
      /Done in the last 24 h\s+4/,
      /Failed\s+2/,
      /Success\s+66\.7 %/,
      /Open tasks\s+2/,
    ])
      expect(tiles).toMatch(line);
    expect(await text('.matrix')).toContain('T2_US_MIT');
    expect(await text('.failures:not(.stuck)')).toContain('permission');
    expect(await text('.failures:not(.stuck)')).toContain(adviceFor('permission').replaceAll('`', ''));
    await page.waitForSelector('.stuck');
    expect(await text('.stuck')).toMatch(
      /jobs of \S+ are incomplete: their files are not published[^]+What to do: aso retry \S+/,
    );
    const href = await page.locator('.tile', { hasText: 'Open tasks' }).locator('a').getAttribute('href');
    expect(new URL(href ?? '').searchParams.get('query')).toBe(
      "WorkflowType = 'stageOut' AND ExecutionStatus = 'Running'",
    );
    expect(await page.locator('.panel details.query').count()).toBe(await page.locator('.panel').count());
    expect(await page.locator('canvas').count()).toBe(3);
    await screenshot('overview-light');
  });

  test('goes from the overview to a site, a link, a task and its files by keyboard alone', async () => {
    await tabTo('Skip to the numbers');
    await page.keyboard.press('Enter');
    await tabTo('T2_DE_DESY');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.crumbs >> text=T2_DE_DESY');
    await screenshot('site');
    await tabTo('link T2_US_MIT to T2_DE_DESY');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.crumbs >> text=T2_US_MIT → T2_DE_DESY');
    expect(await text('.tiles')).toMatch(/Failed\s+1/);
    const open = await page.locator('.tile', { hasText: 'In hand now' }).locator('a').getAttribute('href');
    expect(new URL(open ?? '').searchParams.get('query')).toBe(
      "WorkflowType = 'transferBatch' AND ExecutionStatus = 'Running' AND AsoSource = 'T2_US_MIT' AND AsoDestination = 'T2_DE_DESY'",
    );
    await tabTo(bob.name);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.files > li');
    // The files of that link only, asked of the task this moment.
    expect(await page.locator('.files > li').count()).toBe(2);
    await tabTo('only T2_US_MIT → T2_DE_DESY');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.files > li').count()).toBe(3);
    await page.locator('#state').focus();
    await page.keyboard.type('FAILED');
    await expect.poll(() => page.locator('.files > li').count()).toBe(1);
    expect(await text('.files')).toMatch(/FAILED\s+\/store\/user\/bob\/.*out0_2\.root/);
    expect(await text('.files .reason')).toContain('Permission denied');
    await screenshot('task');
    expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid');
  });

  test('shows what others wrote as text, whatever it is', async () => {
    await page.goto(`${monitor.url}/#/task/${encodeURIComponent(alice.name)}?state=FAILED`);
    await page.waitForSelector(`.crumbs >> text=${alice.name}`);
    expect(await text('.files .reason')).toContain(HOSTILE);
    await page.goto(`${monitor.url}/#/user/${encodeURIComponent(HOSTILE)}`);
    await page.waitForSelector('.crumbs >> text=onerror');
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toContain('<img src=x');
  });

  test('refreshes by itself, and keeps focus, scroll position and what was opened', async () => {
    await page.goto(`${monitor.url}/#/`);
    await page.waitForSelector('.tile');
    const query = page.locator('section[data-key="Users"] details.query');
    await query.locator('summary').click();
    await page.locator('section[data-key="Tasks"] thead button').first().focus();
    await page.evaluate(`scrollTo(0, 300)`);
    await alice.add(await alice.job({ jobId: '4', source: 'T2_US_MIT' }));
    await expect.poll(() => text('.tiles')).toMatch(/Done in the last 24 h\s+5/);
    await nextRound();
    expect(await page.evaluate(`document.activeElement?.textContent`)).toBe('task');
    expect(await page.evaluate(`scrollY`)).toBe(300);
    expect(await query.getAttribute('open')).not.toBeNull();
    await expect.poll(() => text('#spoken')).toMatch(/^Updated: 5 files done, 2 failed, 1 in hand\.$/);
  });

  test('is dark where the system is, light where it is asked to be, and readable in both', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(() => page.evaluate(`document.documentElement.dataset['theme']`)).toBe('dark');
    await page
      .locator('section[data-key="Links"]')
      .getByText('Bytes')
      .or(page.locator('.subbar').getByText('Bytes'))
      .click();
    await nextRound();
    await page.evaluate(`scrollTo(0, 0)`);
    await screenshot('overview-dark');
    expect(await leastContrast(page)).toSatisfy(isReadable);
    await page.locator('#theme').click();
    expect(await page.evaluate(`document.documentElement.dataset['theme']`)).toBe('light');
    expect(await leastContrast(page)).toSatisfy(isReadable);
  });

  test('fits a telephone', async () => {
    await page.setViewportSize({ width: 400, height: 860 });
    await nextRound();
    expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(400);
    await screenshot('overview-narrow');
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('says that Temporal does not answer, and how old its numbers are', async () => {
    expect(complaints).toEqual([]);
    await monitor.close();
    await expect.poll(() => text('#trouble')).toMatch(/The monitor does not answer\. What is shown is from \d+ s ago/);
    const nowhere = Connection.lazy({ address: '127.0.0.1:1', interceptors: [] });
    monitor = await startMonitor({
      ...options(),
      client: new Client({ connection: nowhere, namespace: rig.server.namespace }),
      config: { ...options().config, listen: new URL(monitor.url).host },
    });
    await expect.poll(() => text('#trouble')).toMatch(/^No samples: .*Temporal/);
    expect(await text('.tiles')).toMatch(/Done in the last 24 h\s+5/);
    await screenshot('temporal-gone', false);
  }, 60_000);
});

/** WCAG's level AA. */
const isReadable = ({ contrast }: { contrast: number }): boolean => contrast >= 4.5;

/** The least contrast of any text on the page. */
const leastContrast = (page: Page): Promise<{ contrast: number; text: string }> => page.evaluate(LEAST_CONTRAST);
