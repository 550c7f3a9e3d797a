import { spawnSync } from 'node:child_process';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'] as const;

/** The browser of this machine. `.ci/ensure-programs.mjs` installs it where that may be. */
export const BROWSER = NAMES.find((name) => spawnSync(name, ['--version']).status === 0);

export const THEMES = ['light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const pathOf = (program: string) =>
  spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();

/** Starts the browser. Its sandbox needs a user who is not root. */
export const startBrowser = (program: string): Promise<Browser> =>
  chromium.launch({ executablePath: pathOf(program), args: ['--no-sandbox'] });

/** A page, and what went wrong in it. */
export interface Watched {
  readonly page: Page;
  /** Errors of its scripts, what its policy refused, and dialogs. */
  readonly problems: readonly string[];
  /** The requests that it sent: the address, and the Referer. */
  readonly sent: readonly { readonly url: string; readonly referer: string | undefined }[];
}

interface Look {
  readonly width?: number;
  readonly theme?: Theme;
}

/** Opens the printed address in a new context of the browser. */
export async function openPage(
  browser: Browser,
  url: string,
  { width = 1280, theme = 'light' }: Look = {},
): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme });
  const problems: string[] = [];
  const sent: { url: string; referer: string | undefined }[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (line) => {
    if (line.type() === 'error') problems.push(`${line.text()} ${line.location().url}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) =>
    sent.push({ url: request.url(), referer: request.headers().referer }),
  );
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, problems, sent };
}

/** What axe-core finds serious or critical. */
export async function findingsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const run =
    'axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes[0].html })))';
  const found = await page.evaluate<{ id: string; impact: string; html: string }[]>(run);
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, html }) => `${impact} ${id}: ${html.slice(0, 120)}`);
}

/** By how many pixels the page can be scrolled sideways. */
export const overflowOf = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');

const FOCUSED =
  "(document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? '').trim()";

/** Presses Tab until what has this name has the focus. */
export async function tabTo(page: Page, name: string, key = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < 100; presses += 1) {
    await page.keyboard.press(key);
    const focused = await page.evaluate<string>(FOCUSED);
    if (focused === name) return;
    seen.push(focused);
  }
  throw new Error(`No key reaches ${name}. These were reached: ${seen.slice(0, 40).join(' | ')}`);
}
