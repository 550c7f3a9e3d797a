// pictures-process <folder>: makes the pictures of the studio's README, from the answers of the demo.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { cachedLlmCall } from '@cached-llm/core';
import { demoExchanges } from '@cached-llm/testing';
import { buildPage, servePage } from '../studio/studio-server.ts';
import { type TestStore, TestStores } from '../test-stores.ts';
import { openPage, startBrowser } from './browser.ts';

const { whyIsTheSeaSalty, nameForABakery, greetingInThreeLanguages } = demoExchanges;
const EXCHANGES = [whyIsTheSeaSalty, nameForABakery, greetingInThreeLanguages];
const ROUNDS = 24;
const PROVIDER_TIME = 50;

/** Runs the suite of the demo with several seeds, and then again, as a user does who changed a line of code. */
const seedDemo = (testStore: TestStore) =>
  testStore.use(
    async (cache) => {
      for (const { request, response } of EXCHANGES) {
        const key = (seed: number) => ({ ...request, seed });
        const call = async (_seed: number) => {
          await setTimeout(PROVIDER_TIME);
          return response.body;
        };
        const options = { cache, key, name: 'demo', provider: 'openai', tags: ['demo'] };
        const ask = cachedLlmCall(call, options);
        for (let round = 0; round < ROUNDS; round += 1) await ask(round % 8);
      }
    },
    { explain: true },
  );

const [, , folder = '.'] = process.argv;
buildPage();
const testStores = await TestStores.open();
const testStore = testStores.next('SQLite');
await seedDemo(testStore);
const served = await servePage(testStore);
const browser = await startBrowser('chromium');
const { page } = await openPage(browser, served.url);
await page.getByText('money saved').waitFor();
await page.getByText('No problem was found').waitFor();
// The folder of the store is one of this run: two runs make the same picture.
await page.evaluate(
  "document.querySelector('.place').textContent = 'sqlite:./llm.db · cached-llm'",
);
await page.screenshot({ path: join(folder, 'overview.png') });
await page.getByRole('link', { name: 'Entries', exact: true }).click();
await page.locator('tbody a').first().waitFor();
// Of two questions, whose answers every machine has letters for.
await page.locator('tbody input').nth(8).check();
await page.locator('tbody input').nth(16).check();
await page.getByText('The requests differ in').waitFor();
await page.getByRole('button', { name: 'Reveal and compare the answers' }).click();
await page.locator('.diff .added').first().waitFor();
await page.screenshot({ path: join(folder, 'entries.png'), fullPage: true });
await browser.close();
await served.end();
await testStores.close();
