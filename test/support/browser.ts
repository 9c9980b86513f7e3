import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

/** As scripts/browser.mjs looks for it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium on PATH, or null. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env): string | null {
  for (const folder of (env['PATH'] ?? '').split(delimiter))
    for (const name of NAMES) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not this one.
      }
    }
  return null;
}

/** Where tests keep what they have seen. */
export const SCREENSHOTS = join(import.meta.dirname, '../../.cache/screenshots');

/** A real browser with a profile of its own, which `close` removes. */
export async function startBrowser(
  executablePath: string,
): Promise<{ context: BrowserContext; close: () => Promise<void> }> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const profile = mkdtempSync(join(tmpdir(), 'aso-browser-'));
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  const context = await chromium.launchPersistentContext(profile, {
    ...{ executablePath, args, headless: true, viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
    // A browser that is started while all cores are busy takes its time.
    timeout: 60_000,
  });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
