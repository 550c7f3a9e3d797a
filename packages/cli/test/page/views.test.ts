import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { buildPage, type ServedPage, servePage } from '../studio/studio-server.ts';
import { type Kind, type TestStore, TestStores } from '../test-stores.ts';
import { startAsking } from './asking.ts';
import { findingsOf, openPage, overflowOf, startBrowser, THEMES, tabTo } from './browser.ts';
import { describeOnStores } from './on-stores.ts';
import { ATTACK, asking, seed, seedAttack } from './seed.ts';

const ENTRIES = 200;

/** A view, opened as a user opens it. */
type Show = (page: Page) => Promise<void>;

const follow = async (page: Page, name: string) => {
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
};

const VIEWS: readonly (readonly [string, Show])[] = [
  ['Overview', (page) => page.getByText('money saved').waitFor()],
  [
    'Entries',
    async (page) => {
      await follow(page, 'Entries');
      await page.locator('tbody a').first().waitFor();
    },
  ],
  [
    'entry',
    async (page) => {
      await follow(page, 'Entries');
      await page.locator('tbody a').first().click();
      await page.getByRole('button', { name: 'Reveal the answer' }).click();
      await page.locator('blockquote').waitFor();
    },
  ],
  [
    'Why a miss?',
    async (page) => {
      await follow(page, 'Why a miss?');
      const request = { provider: 'openai', operation: 'chat', request: { model: 'gpt-4o' } };
      await page.getByLabel('The request, as JSON').fill(JSON.stringify(request));
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('This request is a miss').waitFor();
    },
  ],
];

/** The label of a list holds its options, too. */
const choose = (page: Page, name: string, option: string) =>
  page
    .locator('label', { hasText: new RegExp(`^${name}all`) })
    .locator('select')
    .selectOption(option);

/** How the page writes a figure of the command line. */
const money = (usd: number) => `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
const number = (value: number) => value.toLocaleString('en-US');

const FIGURES =
  "Object.fromEntries([...document.querySelectorAll('.figure')].map((each) => " +
  "[each.querySelector('dt').textContent, each.querySelector('strong').textContent]))";

function testsOn(kind: Kind, program: string) {
  let testStores: TestStores;
  let testStore: TestStore;
  let browser: Browser;
  let served: ServedPage;
  beforeAll(async () => {
    buildPage();
    testStores = await TestStores.open();
    testStore = testStores.next(kind);
    await seed(testStore, ENTRIES);
    await seedAttack(testStore);
    browser = await startBrowser(program);
    served = await servePage(testStore);
  });
  afterAll(async () => {
    await browser.close();
    expect(await served.end()).toBe(0);
    await testStores.close();
  });

  test.each(THEMES)(
    'every view can be used by all and has no problem in the theme %s',
    async (theme) => {
      for (const [name, show] of VIEWS) {
        const { page, problems } = await openPage(browser, served.url, { theme });
        await show(page);
        expect([name, await findingsOf(page), problems]).toEqual([name, [], []]);
        await page.close();
      }
    },
  );

  test.each([390, 2560])('no view is wider than a window of %d pixels', async (width) => {
    for (const [name, show] of VIEWS) {
      const { page } = await openPage(browser, served.url, { width });
      await show(page);
      expect([name, await overflowOf(page)]).toEqual([name, 0]);
      await page.close();
    }
  });

  test('Overview has the numbers of the command line', async () => {
    const { page } = await openPage(browser, served.url);
    await page.getByText('money saved').waitFor();
    const [stats] = await testStore.json('stats');
    expect(stats).toMatchObject({ misses: ENTRIES + 1, store: { entries: ENTRIES + 1 } });
    const { saved } = stats.tokens;
    expect(await page.evaluate(FIGURES)).toMatchObject({
      'money saved': money(stats.cost.saved.usd),
      'tokens saved': `${number(saved.input)} in, ${number(saved.output)} out`,
      'hit rate': `${(stats.hitRate * 100).toFixed(1)} %`,
      entries: number(stats.store.entries),
      hits: number(stats.hits),
      stale: number(stats.stale),
      misses: number(stats.misses),
      collapsed: number(stats.collapsed),
      bypasses: number(stats.bypasses),
      'not stored': number(stats.notAdmitted),
      evictions: number(stats.evictions),
    });
    await page.close();
  });

  test('HTML in a model, a tag, an answer and a scope is text', async () => {
    const { page, problems } = await openPage(browser, served.url);
    await page.getByRole('rowheader', { name: 'onerror' }).waitFor();
    await follow(page, 'Entries');
    await page.getByLabel('Search').fill('onerror');
    await page.getByText(/^1 of /).waitFor();
    await page.locator('tbody a').click();
    await page.getByRole('button', { name: 'Reveal the answer' }).click();
    await page.locator('blockquote', { hasText: 'onerror' }).waitFor();
    expect(await page.getByText(ATTACK).count()).toBeGreaterThan(3);
    expect(await page.evaluate("document.querySelectorAll('[onerror], main script').length")).toBe(
      0,
    );
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    expect(problems).toEqual([]);
    await page.close();
  });

  test('asks its own server alone, and no request has the token', async () => {
    const { page, sent } = await openPage(browser, served.url);
    await follow(page, 'Entries');
    await page.locator('tbody a').first().waitFor();
    const token = new URL(served.url).searchParams.get('token') ?? '';
    const [, ...later] = sent; // the first one is the address that the user opened
    expect(later.length).toBeGreaterThan(4);
    expect(later.filter(({ url }) => !url.startsWith(served.origin))).toEqual([]);
    expect(JSON.stringify(later)).not.toContain(token);
    expect(page.url()).not.toContain(token);
    await page.close();
  });

  test('keys alone open, reveal, go back, select two, compare and delete them', async () => {
    const before = (await testStore.json('list')).length;
    const { page, problems } = await openPage(browser, served.url);
    await tabTo(page, 'Entries');
    await page.keyboard.press('Enter');
    const links = page.locator('tbody a');
    await links.first().waitFor();
    const [first = '', second = ''] = await links.allTextContents();
    await tabTo(page, first);
    await page.keyboard.press('Enter');
    await tabTo(page, 'Reveal the answer');
    await page.keyboard.press('Enter');
    await page.locator('blockquote').waitFor();
    await tabTo(page, 'All entries');
    await page.keyboard.press('Enter');
    await links.first().waitFor();
    for (const key of [first, second]) {
      await tabTo(page, `Select ${key}`);
      await page.keyboard.press('Space');
    }
    await page.getByRole('heading', { name: `${first} and ${second}` }).waitFor();
    await page.getByText('The requests differ in').waitFor();
    await tabTo(page, 'Delete…', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByLabel('2 entries').waitFor();
    await page.keyboard.type('2');
    await page.keyboard.press('Enter');
    await page.getByText(`${before - 2} of ${before - 2} entries`).waitFor();
    expect((await testStore.json('list')).length).toBe(before - 2);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('filter, order, place and selection are kept on the way to an entry and back', async () => {
    const { page, problems } = await openPage(browser, served.url);
    await follow(page, 'Entries');
    await choose(page, 'Model', 'gpt-4o-mini');
    await choose(page, 'Age', 'at most 1 day');
    await choose(page, 'Size', '10 kB or more');
    await page.getByText(/^0 of /).waitFor();
    await choose(page, 'Size', 'all');
    await page.getByRole('button', { name: 'Key' }).click();
    await page.locator('tbody input').nth(3).check();
    await page.getByText(/^6\d of .*1 selected/).waitFor();
    await page.locator('.tall').evaluate('document.querySelector(".tall").scrollTop = 800');
    const inSight = page.locator('tr[aria-rowindex="32"] a'); // in the page once the table is scrolled
    await inSight.waitFor();
    const look = () =>
      page.evaluate<object>(
        "({ first: document.querySelector('.tall').scrollTop, summary: document.querySelector('.view p').textContent.split(', as of')[0], " +
          "order: document.querySelector('[aria-sort=descending]')?.textContent })",
      );
    const before = await look();
    expect(before).toMatchObject({ first: 800, order: expect.stringContaining('Key') });
    await inSight.click();
    await page.getByRole('button', { name: 'Reveal the answer' }).waitFor();
    await page.getByRole('link', { name: 'All entries' }).click();
    await page.getByText(/^6\d of .*1 selected/).waitFor();
    expect(await look()).toEqual(before);
    await inSight.click();
    await page.getByRole('button', { name: 'Reveal the answer' }).waitFor();
    await page.goBack();
    await page.getByText(/^6\d of .*1 selected/).waitFor();
    expect(await look()).toEqual(before);
    await page.reload();
    await page.getByText(/^6\d of /).waitFor();
    expect(await look()).toMatchObject({ order: expect.stringContaining('Key') });
    expect(problems).toEqual([]);
    await page.close();
  });

  test('a scope is a filter, and is in no address', async () => {
    await seedAttack(testStore); // another test may have removed its entry
    const { page } = await openPage(browser, served.url);
    await follow(page, 'Entries');
    const { length: all } = await testStore.json('list');
    await choose(page, 'Scope', 'shared by all');
    await page.getByText(`${all - 1} of ${all} `).waitFor();
    await choose(page, 'Scope', 'one scope');
    await page.getByLabel('Name of the scope').fill(ATTACK);
    await page.getByText(`1 of ${all} `).waitFor();
    expect(page.url()).not.toContain('onerror');
    await page.close();
  });

  test.each(['#/entry/%', '#/%E0%A4%A', '#/entries?text=%&sort=stored', '#/no-such-view'])(
    'an address that nobody wrote breaks no page: %s',
    async (hash) => {
      const { page, problems } = await openPage(browser, `${served.url}${hash}`);
      await follow(page, 'Why a miss?');
      expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
      await page.close();
    },
  );

  test('two answers are compared line by line when they are revealed', async () => {
    const { page, problems } = await openPage(browser, served.url);
    await follow(page, 'Entries');
    await page.locator('tbody input').nth(0).check();
    await page.locator('tbody input').nth(1).check();
    await page.getByText('The requests differ in').waitFor();
    expect(await page.getByText('About: ').count()).toBe(0);
    await page.getByRole('button', { name: 'Reveal and compare the answers' }).click();
    await page.locator('.diff .removed', { hasText: 'About: ' }).waitFor();
    expect(await page.locator('.diff .added', { hasText: 'About: ' }).count()).toBe(1);
    expect(await findingsOf(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('changes the tags of a selected entry when that is confirmed', async () => {
    const { page, problems } = await openPage(browser, served.url);
    await follow(page, 'Entries');
    await page.locator('tbody input').nth(5).check();
    await page.getByRole('button', { name: 'Change tags…' }).click();
    await page.getByLabel('1 entry').waitFor();
    await page.getByLabel('Tags to add').fill('reviewed, checked twice');
    await page.getByLabel('1 entry').fill('1');
    expect(await findingsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Change tags', exact: true }).click();
    await page.getByRole('cell', { name: 'page, reviewed, checked twice' }).waitFor();
    expect(await testStore.json('list --tag reviewed')).toHaveLength(1);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('saves the selected entries in a file, which can be imported', async () => {
    const { page, problems } = await openPage(browser, served.url);
    await follow(page, 'Entries');
    await page.locator('tbody input').first().check();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ]);
    const target = testStores.next('SQLite');
    const imported = await target.json(`import ${await saved.path()}`);
    expect(imported).toMatchObject([{ restored: 1, failed: 0 }]);
    expect(problems).toEqual([]);
    await page.close();
  });

  test('another process sees at once what was deleted in the page', async () => {
    const other = startAsking(testStore);
    const content = 'question 150';
    expect([await other.ask(content), await other.ask(content)]).toEqual(['hit', 'hit']);
    const key = await testStore.use(
      async (cache) => (await asking(cache, ['page']).keyOf({ model: 'gpt-4o', content })) ?? '',
    );
    const { page } = await openPage(browser, served.url);
    await page.goto(`${served.origin}/#/entries`);
    await page.getByLabel('Search').fill(key);
    await page.getByText(/^1 of /).waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByLabel('1 entry').fill('1');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(/^0 of /).waitFor();
    let outcome = 'hit';
    while (outcome === 'hit') outcome = await other.ask(content); // the timeout of the test ends it
    expect(outcome).toBe('miss');
    expect(await other.end()).toBe(0);
    await page.close();
  });

  test('Overview counts rows that cannot be read, as the command line does', async () => {
    const [{ key }] = await testStore.json('list --limit 1');
    await testStore.useStore(async (store) => {
      await store.set(key, '{"fingerprint":');
    });
    const { page, problems } = await openPage(browser, served.url);
    const row = page.getByRole('row', { name: /^\(not readable\) 1 / });
    await row.waitFor();
    expect(await page.getByText('money saved').count()).toBe(1);
    expect(problems).toEqual([]);
    await page.close();
  });
}

describeOnStores('the page', testsOn);
