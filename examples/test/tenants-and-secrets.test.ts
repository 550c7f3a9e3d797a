import { type TemporaryFolder, temporaryFolder } from '@cached-llm/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runExample } from './run-example.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

test('22 each tenant has its own answers, and a secret can be replaced', async () => {
  const output = await runExample('22-tenants-and-secrets', {}, folder.path);
  expect(output.trim().split('\n')).toEqual([
    ...['miss', 'hit', 'miss', 'bypass'],
    ...['hit', 'miss'],
    ...['hit', 'miss'],
  ]);
});
