import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { buildPage, type ServedPage, servePage } from '../studio/studio-server.ts';
import { type Kind, type TestStore, TestStores } from '../test-stores.ts';
import { startAsking } from './asking.ts';
import { findingsOf, openPage, overflowOf, startBrowser, THEMES, tabTo } from './browser.ts';
import { describeOnStores } from './on-stores.ts';
import { ATTACK, asking, seedAttack } from './seed.ts';

const rows = (page: Page) => page.getByRole('region', { name: 'Calls' }).locator('tbody tr');

/** Opens the view as a user does, and waits until it shows so many calls. */
async function openLive(page: Page, calls: number): Promise<void> {
  await page.getByRole('link', { name: 'Live', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  await rows(page)
    .nth(calls - 1)
    .waitFor();
}

function testsOn(kind: Kind, program: string) {
  let testStores: TestStores;
  let testStore: TestStore;
  let browser: Browser;
  let served: ServedPage;
  let other: ReturnType<typeof startAsking>;
  /** Calls that are in the store before a test. */
  let asked = 0;
  const ask = async (content: string) => {
    asked += 1;
    return other.ask(content);
  };

  beforeAll(async () => {
    buildPage();
    testStores = await TestStores.open();
    testStore = testStores.next(kind);
    browser = await startBrowser(program);
    await testStore.use((cache) => asking(cache).withInfo({ model: 'gpt-4o', content: 'first' }));
    served = await servePage(testStore, '--read-only');
  });
  afterAll(async () => {
    expect(await other.end()).toBe(0);
    await browser.close();
    expect(await served.end()).toBe(0);
    await testStores.close();
  });

  test('where no process has live, it shows counts, and says how to turn it on', async () => {
    for (const theme of THEMES) {
      const { page, problems } = await openPage(browser, served.url, { theme, width: 390 });
      await page.goto(`${served.origin}/#/live`);
      await page.getByText('createLlmCache({ store, live: true })').waitFor();
      await page.getByText('CACHED_LLM_LIVE=true').waitFor();
      await page.getByText(/^1 process counted requests, and 0 show their calls here/).waitFor();
      expect(await page.locator('.figure', { hasText: 'misses' }).textContent()).toMatch(/1$/);
      expect([await findingsOf(page), await overflowOf(page), problems]).toEqual([[], 0, []]);
      await page.close();
    }
    other = startAsking(testStore);
  });

  test('shows what another process asks, while it runs', async () => {
    const { page, problems } = await openPage(browser, served.url);
    expect([await ask('the sea'), await ask('the sea')]).toEqual(['miss', 'hit']);
    await openLive(page, 2);
    await page.getByRole('row', { name: /hit openai\/gpt-4o/ }).waitFor();
    expect(await ask('the moon')).toBe('miss');
    await rows(page).nth(2).waitFor();
    const [latest] = await rows(page).allInnerTexts();
    expect(latest).toMatch(/miss\s+openai\/gpt-4o[\s\S]*200[\s\S]*\$0\.0011[\s\S]*stored/);
    expect(await page.getByText('3 calls of 1 process.').count()).toBeGreaterThan(0);
    expect(await page.locator('main').textContent()).not.toMatch(/the sea|the moon|About/);
    await page.getByRole('status').filter({ hasText: '3 calls of 1 process.' }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  test('keys alone pause it, go on, choose an outcome, and lead a miss to why it was one', async () => {
    const { page, problems } = await openPage(browser, served.url);
    await openLive(page, asked);
    await tabTo(page, 'Pause');
    await page.keyboard.press('Space');
    await page.getByText('Paused. Newer calls: 0.').first().waitFor();
    await ask('the wind');
    await page.getByText('Paused. Newer calls: 1.').first().waitFor();
    expect(await rows(page).count()).toBe(asked - 1);
    await page.keyboard.press('Space');
    await rows(page)
      .nth(asked - 1)
      .waitFor();
    await page.getByLabel('Outcome').focus();
    await page.keyboard.type('hit');
    await page.getByText('1 call of 1 process.').first().waitFor();
    await page.getByLabel('Outcome').selectOption('miss');
    await page.getByLabel('Model').selectOption('gpt-4o');
    await expectCount(page, asked - 1);
    await page.getByLabel('Outcome').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab'); // past the table, which can be scrolled by keys
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Why a miss?' }).waitFor();
    await page.getByText(/^The nearest of \d+ older entries is/).waitFor();
    expect(await page.getByText(/It differs in: .*content/).count()).toBe(1);
    expect(problems).toEqual([]);
    await page.close();
  });

  const expectCount = (page: Page, count: number) =>
    page.getByText(`${count} calls of 1 process.`).first().waitFor();

  test.each(THEMES)('can be used by all in the theme %s', async (theme) => {
    const { page, problems } = await openPage(browser, served.url, { theme });
    await openLive(page, asked);
    expect([await findingsOf(page), problems]).toEqual([[], []]);
    await page
      .getByRole('link', { name: / why\?$/ })
      .first()
      .click();
    await page.getByText(/^Its answer is the entry/).waitFor();
    expect([await findingsOf(page), problems]).toEqual([[], []]);
    await page.close();
  });

  test.each([390, 2560])('is not wider than a window of %d pixels', async (width) => {
    const { page } = await openPage(browser, served.url, { width });
    await openLive(page, asked);
    expect(await overflowOf(page)).toBe(0);
    await page
      .getByRole('link', { name: / why\?$/ })
      .first()
      .click();
    await page.getByText(/^Its answer is the entry/).waitFor();
    expect(await overflowOf(page)).toBe(0);
    await page.close();
  });

  test('HTML in the name of a model is text', async () => {
    await seedAttack(testStore, { live: true });
    const { page, problems } = await openPage(browser, served.url);
    await page.goto(`${served.origin}/#/live`);
    await page.getByRole('cell', { name: 'onerror' }).first().waitFor();
    expect(await page.getByText(ATTACK.slice(0, 40)).count()).toBeGreaterThan(0);
    expect(await page.evaluate("document.querySelectorAll('[onerror], main script').length")).toBe(
      0,
    );
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
    expect(problems).toEqual([]);
    await page.close();
  });
}

describeOnStores('the view Live', testsOn);
