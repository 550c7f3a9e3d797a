import { randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type CacheOptions, cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { MemoryStore } from '../../src/store.ts';
import { DUMPED_STORES, useDumpedStore } from '../inspection/dumped-stores.ts';
import { QUESTION, startTurns } from '../provider.ts';
import { SECRET } from '../secrecy/secret-texts.ts';
import { startTrial } from '../trial.ts';

const SENTENCE = 'The tide carries salt from the rivers to the sea. ';
const MEBIBYTE = 1024 * 1024;
const LONG = { text: SENTENCE.repeat(2_000) };
const SHORT = { text: SENTENCE };
const LONG_TIMEOUT = { storeTimeout: '30s', lease: false } as const;

/** Random letters, which do not compress. */
function noise(length: number): string {
  let seed = 1;
  const letter = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return String.fromCharCode(0x4e00 + (seed % 20_000));
  };
  return Array.from({ length }, letter).join('');
}

function start(options: CacheOptions, ...turns: readonly unknown[]) {
  const store = new MemoryStore();
  const trial = startTrial({ store, ...options });
  const provider = startTurns(...turns);
  const ask = cachedLlmCall(provider.ask, { cache: trial.cache });
  const stored = async () => {
    const { key = '' } = (await ask.withInfo(QUESTION)).info;
    // On a busy machine a large answer is compressed for longer than a call waits.
    await until('The answer is stored', () => trial.story().includes('stored'));
    return { key, row: String(store.get(key)) };
  };
  return { ...trial, store, provider, ask, stored };
}

describe.each(DUMPED_STORES)('compressed rows in %s', (_name, open) => {
  const opened = useDumpedStore(open);

  test.each([
    ['unencrypted', undefined],
    ['encrypted', SECRET],
  ])('and uncompressed rows, both %s, are read whatever the option is', async (_kind, secret) => {
    const options = { ...LONG_TIMEOUT, store: opened.store, secret };
    const provider = startTurns(LONG);
    const asking = (compress: boolean) =>
      cachedLlmCall(provider.ask, { cache: startTrial({ ...options, compress }).cache });
    await asking(true).withInfo({ prompt: 'compressed' });
    await asking(false).withInfo({ prompt: 'uncompressed' });
    for (const compress of [true, false]) {
      for (const prompt of ['compressed', 'uncompressed']) {
        const { response, info } = await asking(compress).withInfo({ prompt });
        expect([info.outcome, response]).toEqual(['hit', LONG]);
      }
    }
  });
});

/** A row without its sum and its generations, which are random. */
const comparable = (row: string) =>
  row.slice(8).replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'generation');

const countEntries = async (store: MemoryStore) => {
  let entries = 0;
  for await (const { key } of store.scan('')) entries += key.includes(':tag:') ? 0 : 1;
  return entries;
};

describe('compress', () => {
  test('is off by default', async () => {
    const { row } = await start({}, LONG).stored();
    expect(row).toContain(SENTENCE);
  });

  test('makes the rows of long entries shorter, and does not change those of short ones', async () => {
    const { row, key } = await start({ compress: true }, LONG).stored();
    expect(row).toMatch(/^z:[\w+/]+=*$/);
    expect(row.length).toBeLessThan(LONG.text.length / 10);
    expect(key).toBe((await start({}, LONG).stored()).key);
    expect((await start({ compress: true }, SHORT).stored()).row).toContain(SENTENCE);
  });

  test('takes the number of bytes from which entries are compressed', async () => {
    const { row } = await start({}, { text: SENTENCE.repeat(10) }).stored();
    const of = async (compress: number) =>
      (await start({ compress }, { text: SENTENCE.repeat(10) }).stored()).row;
    expect(await of(row.length)).toMatch(/^z:/);
    expect(comparable(await of(row.length + 1))).toBe(comparable(row));
  });

  test('counts bytes, not characters', async () => {
    const answer = { text: 'ä'.repeat(1_000) };
    const { row } = await start({}, answer).stored();
    const compress = Buffer.byteLength(row);
    expect(compress).toBeGreaterThan(row.length);
    expect((await start({ compress }, answer).stored()).row).toMatch(/^z:/);
    const { row: longer } = await start({ compress: compress + 1 }, answer).stored();
    expect(comparable(longer)).toBe(comparable(row));
  });

  test('does not change an entry that would not become shorter', async () => {
    const answer = { text: noise(5_000) };
    expect((await start({ compress: 1_000 }, answer).stored()).row).toContain(answer.text);
  });

  test('makes encrypted rows shorter, too', async () => {
    const { row } = await start({ compress: true, secret: SECRET }, LONG).stored();
    expect(row.length).toBeLessThan(LONG.text.length / 10);
  });

  test('compresses a large answer outside the event loop, and a hit returns it unchanged', async () => {
    const answer = { text: SENTENCE.repeat(40_000) };
    const { ask, store, stored, story } = start({ compress: true }, answer);
    const { row } = await stored();
    expect(row.length).toBeLessThan(answer.text.length / 10);
    expect(await ask(QUESTION)).toEqual(answer);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
    expect(await countEntries(store)).toBe(1);
  });

  test('does not serve an entry that was invalidated while it was compressed', async () => {
    const { ask, story } = start({ compress: true }, { text: SENTENCE.repeat(40_000) });
    await ask(QUESTION); // the entry is still being written
    expect(await ask.invalidate(QUESTION)).toBe(true);
    await until('The write is reported, whether it happened or not', () => story().length === 2);
    expect(await ask.peek(QUESTION)).toBe(undefined);
  });

  test('a hit returns a large answer whose compressed bytes are large, too', async () => {
    const answer = { text: noise(400_000) + SENTENCE.repeat(40_000) };
    const { ask, stored } = start({ compress: true }, answer);
    expect((await stored()).row).toMatch(/^z:/);
    expect(await ask(QUESTION)).toEqual(answer);
  });

  test('does not store an entry longer than maxEntryBytes, even if its compressed row is short', async () => {
    const { ask, events } = start({ compress: true, maxEntryBytes: 50_000 }, LONG);
    expect((await ask.withInfo(QUESTION)).info.stored).toBe(false);
    expect(events.at(-1)?.event).toMatchObject({ reason: 'too-large' });
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 'yes', null])(
    'refuses %p',
    (compress) => {
      const make = () => createLlmCache({ compress } as unknown as CacheOptions); // bad input
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
      expect(make).toThrow('compress');
    },
  );
});

describe('a compressed row', () => {
  const rowOf = (bytes: Buffer) => `z:${bytes.toString('base64')}`;

  test.each([
    ['a decompression bomb', rowOf(deflateSync(Buffer.alloc(16 * MEBIBYTE)))],
    [
      'a large decompression bomb',
      rowOf(deflateSync(Buffer.concat([randomBytes(MEBIBYTE), Buffer.alloc(16 * MEBIBYTE)]))),
    ],
    ['characters outside base64', 'z:***'],
    ['nothing', 'z:'],
    ['no deflated bytes', rowOf(Buffer.from('{}'))],
    ['no entry', rowOf(deflateSync('{}'))],
  ])('that holds %s is a miss, and the next answer is stored', async (_name, row) => {
    const { ask, store, stored, story } = start({ compress: true }, LONG);
    const { key } = await stored();
    store.set(key, row);
    for (let turn = 0; turn < 2; turn++)
      expect((await ask.withInfo(QUESTION)).response).toEqual(LONG);
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
  });

  test('that was cut at any place is a miss', async () => {
    const { ask, store, stored } = start({ compress: true }, LONG);
    const { key, row } = await stored();
    for (let length = 0; length < row.length; length += 7) {
      store.set(key, row.slice(0, length));
      expect(await ask.peek(QUESTION)).toBe(undefined);
    }
  });

  test('with a changed bit is a miss or gives the same answer, because some bits have no meaning', async () => {
    const { ask, store, stored } = start({ compress: true }, LONG);
    const { key, row } = await stored();
    const bytes = Buffer.from(row.slice(2), 'base64');
    for (let index = 2; index < bytes.length; index += 3) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ (1 << (index % 8)), index);
      store.set(key, rowOf(changed));
      const found = await ask.peek(QUESTION);
      expect([index, found === undefined || found.text === LONG.text]).toEqual([index, true]);
    }
  });
});
