import { spawnSync } from 'node:child_process';
import { type Browser, chromium, type Page } from 'playwright-core';

const PATIENCE = 600_000;

/** The Chromium of this machine. */
export function startBrowser(): Promise<Browser> {
  const found = spawnSync('sh', ['-c', 'command -v chromium chromium-browser google-chrome'], {
    encoding: 'utf8',
  });
  const [executablePath = ''] = found.stdout.split('\n');
  if (executablePath === '') throw new Error('This section needs Chromium. Install it.');
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** Milliseconds from the beginning of the navigation until Chromium painted a content, and until the figures are there. */
interface Opening {
  readonly painted: number;
  readonly shown: number;
}

/** Resolves when a condition holds, to the milliseconds since the navigation. */
const until = (page: Page, condition: string) =>
  page.evaluate<number>(`(async () => {
    while (!(${condition})) await new Promise(requestAnimationFrame);
    return performance.now();
  })()`);

/** Opens an address in a new tab. `awaited` is a selector of what a user waits for. */
export async function opened(browser: Browser, url: string, awaited: string) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(PATIENCE);
  await page.goto(url);
  const shown = await until(page, `document.querySelector(${JSON.stringify(awaited)}) !== null`);
  const painted = await page.evaluate<number>(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  const opening: Opening = { painted, shown };
  return { page, opening };
}

/** Resolves when all entries are read, to the milliseconds since the navigation. */
export const scanned = (page: Page) =>
  until(page, "document.querySelector('header.view p').textContent.includes('as of')");

/** Runs in the page: resolves to the milliseconds from an action to the frame in which `isDone` holds. */
const timed = (act: string, isDone: string) => `(async () => {
  const box = document.querySelector('.tall');
  const summary = () => document.querySelector('header.view p').textContent.split(' of ')[0];
  const before = summary();
  const startedAt = performance.now();
  ${act};
  for (;;) {
    await new Promise(requestAnimationFrame);
    if (${isDone}) return performance.now() - startedAt;
  }
})()`;

/** Scrolls the table to a row. */
export const scrollTo = (page: Page, row: number) =>
  page.evaluate<number>(
    timed(
      `box.scrollTop = ${row} * 32`,
      `document.querySelector('tr[aria-rowindex="${row + 2}"] th') !== null`,
    ),
  );

/** Gives a field of the filter a value, as a user does. */
export const filterBy = (page: Page, label: string, value: string) =>
  page.evaluate<number>(
    timed(
      `const field = [...document.querySelectorAll('form label')].find((each) => each.firstChild.textContent.trim() === ${JSON.stringify(label)}).querySelector('input, select');
       field.value = ${JSON.stringify(value)};
       field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }))`,
      'summary() !== before',
    ),
  );

/** Sorts by a column. The rows in sight are others then. */
export const sortBy = (page: Page, title: string) =>
  page.evaluate<number>(
    timed(
      `const keys = () => [...document.querySelectorAll('tbody th')].map((each) => each.textContent).join();
       const shown = keys();
       [...document.querySelectorAll('thead button')].find((each) => each.textContent.startsWith(${JSON.stringify(title)})).click()`,
      "keys() !== '' && keys() !== shown",
    ),
  );
