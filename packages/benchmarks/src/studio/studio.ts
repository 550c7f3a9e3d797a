import type { Browser, Page } from 'playwright-core';
import type { Report, Section } from '../report/index.ts';
import { type FilledStore, filledStore } from './filled.ts';
import { filterBy, opened, scanned, scrollTo, sortBy, startBrowser } from './looked-at.ts';
import { type Served, servePage } from './served.ts';

/** Where no other numbers are given. */
const ENTRIES = 100_000;
const KINDS: readonly FilledStore['name'][] = ['SQLite', 'Redis'];
/** A table of more rows shows the first ones. */
const MOST_ROWS = 500_000;

async function scrolls(page: Page, entries: number): Promise<readonly number[]> {
  const times: number[] = [];
  const last = Math.min(entries, MOST_ROWS) - 1_000;
  for (let at = 1; at <= 10; at += 1) {
    times.push(await scrollTo(page, Math.floor((last * at) / 10)));
  }
  await scrollTo(page, 0);
  return times;
}

const FILTERS = [
  ['Model', 'gpt-4.1'],
  ['Provider', 'google'],
  ['Tag', 'tag-7'],
  ['Search', 'tag-1'],
  ['Search', 'ab'],
] as const;

async function filters(page: Page): Promise<readonly number[]> {
  const times: number[] = [];
  for (const [label, value] of FILTERS) {
    times.push(await filterBy(page, label, value));
    times.push(await filterBy(page, label, ''));
  }
  return times;
}

async function sorts(page: Page): Promise<readonly number[]> {
  const times: number[] = [];
  for (const title of ['Size', 'Key', 'Provider', 'Stored']) times.push(await sortBy(page, title));
  return times;
}

interface Looked {
  readonly browser: Browser;
  readonly served: Served;
  readonly entries: number;
}

/** Opens the views one after the other, as a user does, and then uses the table. */
async function look({ browser, served, entries }: Looked) {
  const overview = await opened(browser, served.url, '.figures.main');
  await overview.page.close();
  const first = await opened(browser, `${served.url}#/entries`, 'tbody a');
  const took = await scanned(first.page);
  await first.page.close();
  const again = await opened(browser, `${served.url}#/entries`, 'tbody a');
  await scanned(again.page);
  const times = {
    scrolls: await scrolls(again.page, entries),
    filters: await filters(again.page),
    sorts: await sorts(again.page),
  };
  await again.page.close();
  return { overview, first, again, took, ...times };
}

const ms = (time: number) => Math.round(time);

/** The median, and the longest in parentheses. */
function middle(times: readonly number[]): string {
  const sorted = [...times].sort((one, other) => one - other);
  return `${ms(sorted[sorted.length >> 1] ?? Number.NaN)} (${ms(sorted.at(-1) ?? Number.NaN)})`;
}

async function rowFor(browser: Browser, kind: FilledStore['name'], entries: number) {
  const store = await filledStore(kind, entries);
  const served = await servePage(store.url);
  const { overview, first, again, took, ...times } = await look({ browser, served, entries });
  const peak = served.peak();
  await served.stop();
  await store.remove();
  return [
    kind,
    entries.toLocaleString('en'),
    ...[overview.opening.painted, overview.opening.shown].map(ms),
    ...[first.opening.painted, first.opening.shown].map(ms),
    (took / 1_000).toFixed(1),
    ms(again.opening.shown),
    ...[times.scrolls, times.filters, times.sorts].map(middle),
    ms(peak),
  ];
}

async function run(words: readonly string[]): Promise<Report> {
  const sizes = words.length === 0 ? [ENTRIES] : words.map(Number);
  const browser = await startBrowser();
  const rows: (string | number)[][] = [];
  for (const entries of sizes) {
    for (const kind of KINDS) rows.push(await rowFor(browser, kind, entries));
  }
  await browser.close();
  return {
    head: [
      ...['store', 'entries', 'Overview: first paint', 'figures', 'Entries: first paint', 'rows'],
      ...['all read, s', 'rows again', 'scroll', 'filter', 'sort', 'server, MiB at most'],
    ],
    rows,
  };
}

export const studio: Section = {
  name: 'studio',
  title: 'The page of `cached-llm studio`',
  text: 'Milliseconds in Chromium, from the navigation until something is painted, and until what the user waits for is there. The last ones are from a scroll to a row, a filter or a sort until the rows are there: the median, and the longest. The store holds answers of 1 KB, and no one has looked at it before. `studio 1000000` measures a million entries.',
  run,
};
