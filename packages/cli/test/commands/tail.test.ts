import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAsking } from '../page/asking.ts';
import { asking } from '../page/seed.ts';
import { type Printed, program } from '../program.ts';
import { expectShape } from '../shapes.ts';
import { KINDS, type TestStore, TestStores } from '../test-stores.ts';

let testStores: TestStores;
beforeAll(async () => {
  testStores = await TestStores.open();
});
afterAll(() => testStores.close());

/** Runs the command until what it printed is enough. */
async function tailOf(
  { url, namespace }: TestStore,
  isEnough: (out: string) => boolean,
  line = '',
) {
  const ending = new AbortController();
  let out = '';
  const onPrint = (text: string) => {
    out += text;
    if (isEnough(out)) ending.abort();
  };
  const words = line.split(' ').filter(Boolean);
  const argv = ['tail', ...words, '--store', url, '--namespace', namespace];
  return program(argv, { signal: ending.signal, onPrint });
}

const lines = (text: string) => text.trim().split('\n');

describe.each(KINDS)('tail on %s', (kind) => {
  test('prints the calls of another process, each once, and nothing of a request', async () => {
    const testStore = testStores.next(kind);
    const other = startAsking(testStore);
    await other.ask('the sea');
    const tailing: Promise<Printed> = tailOf(testStore, (out) => lines(out).length === 3);
    await other.ask('the sea');
    await other.ask('the moon');
    const { code, out, errors } = await tailing;
    expect([code, errors]).toEqual([0, '']);
    expect(
      lines(out)
        .map((line) => /(hit|miss) /.exec(line)?.[1])
        .sort(),
    ).toEqual([...['hit', 'miss', 'miss']]);
    expect(out).toMatch(/hit +openai\/gpt-4o .*saved \$0\.0011 /);
    expect(out).toMatch(/miss +openai\/gpt-4o .*spent \$0\.0011 stored /);
    expect(out).not.toMatch(/the sea|the moon|About/);
    expect(await other.end()).toBe(0);
    const json = await tailOf(testStore, (text) => lines(text).length === 3, '--json');
    expectShape(
      'tail',
      lines(json.out).map((line) => JSON.parse(line)),
    );
  });

  test('says how processes show their calls where none does', async () => {
    const testStore = testStores.next(kind);
    await testStore.use((cache) => asking(cache).withInfo({ model: 'gpt-4o', content: 'the sea' }));
    const argv = ['tail', '--store', testStore.url, '--namespace', testStore.namespace];
    const { code, out, errors } = await program(argv, { signal: AbortSignal.abort() });
    expect([code, out]).toEqual([0, '']);
    expect(errors).toContain('createLlmCache({ store, live: true })');
  });
});
