import { channel } from 'node:diagnostics_channel';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Logger } from '../../src/events/index.ts';
import { cachedLlmCall, createLlmCache } from '../../src/index.ts';
import { startProvider } from '../provider.ts';
import { settled } from '../trial.ts';

type Line = readonly [level: string, ...words: readonly unknown[]];

function startLog() {
  const lines: Line[] = [];
  const at =
    (level: string) =>
    (...words: readonly unknown[]) =>
      lines.push([level, ...words]);
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn') };
  return { lines, logger };
}

/** A miss, a hit and a bypass. */
async function askThreeTimes(logger: Logger) {
  const cache = createLlmCache({ logger, now: () => Date.UTC(2026, 0, 1) });
  const ask = cachedLlmCall(startProvider().ask, { cache, provider: 'openai' });
  const question = { prompt: 'secret', model: 'gpt-5' };
  await ask(question);
  await settled();
  await ask(question);
  await ask({ ...question, odd: () => {} });
  return ask.keyOf(question);
}

describe('a logger', () => {
  test('like the console gets one line for each event', async () => {
    const { lines, logger } = startLog();
    const key = await askThreeTimes(logger);
    const shown = lines.map(([level, line]) => [
      level,
      String(line).replace(/(waited|bytes)=[\d.]+/g, '$1=…'),
    ]);
    expect(shown).toEqual([
      ['info', `cached-llm miss openai gpt-5 key=${key}`],
      ['debug', `cached-llm stored openai gpt-5 took=0 bytes=… key=${key}`],
      ['debug', `cached-llm hit openai gpt-5 took=0 age=0 waited=… key=${key}`],
      ['info', 'cached-llm bypass not-canonical openai field=request.odd'],
    ]);
  });

  test.each([
    ['console', {}],
    ['pino', { bindings: () => ({}) }],
  ])(
    'like %s gets no hidden character, and no line that a model or a provider forged',
    async (_like, members) => {
      const { lines, logger } = startLog();
      const hostile = 'm\r\ncached-llm hit \x1b[2J\x9b31m\u202e\u2028\x07';
      const cache = createLlmCache({ logger: Object.assign(logger, members) });
      const ask = cachedLlmCall(startProvider().ask, { cache, provider: `p${hostile}` });
      await ask({ prompt: 'a', model: hostile });
      const text = lines
        .flat()
        .map((word) => (typeof word === 'string' ? word : Object.values(Object(word)).join(' ')))
        .join('\n');
      expect(text).toContain('m\\r\\ncached-llm hit \\u001b[2J\\u009b31m\\u202e\\u2028\\u0007');
      expect(text).not.toMatch(/[\p{Cf}\p{Zl}]|[^\P{Cc}\n]|^cached-llm hit/mu);
    },
  );

  test('like pino gets the event and its name', async () => {
    const { lines, logger } = startLog();
    const key = await askThreeTimes(Object.assign(logger, { bindings: () => ({}) }));
    const [level, event, message] = lines[0] ?? [];
    expect([level, message]).toEqual(['info', 'cached-llm miss']);
    expect(event).toEqual({ event: 'miss', key, provider: 'openai', model: 'gpt-5' });
  });

  test('gets a warning when the store fails', async () => {
    const { lines, logger } = startLog();
    const fail = () => {
      throw Object.assign(new Error('secret'), { code: 'ECONNREFUSED' });
    };
    const cache = createLlmCache({ logger, store: { get: fail, set: fail, delete: fail } });
    await cachedLlmCall(startProvider().ask, { cache })({ prompt: 'secret' });
    await settled();
    expect(lines.filter(([level]) => level === 'warn')[0]?.[1]).toMatch(
      /^cached-llm store-error get ECONNREFUSED/,
    );
  });

  test('gets no prompt and no answer', async () => {
    const { lines, logger } = startLog();
    await askThreeTimes(logger);
    expect(JSON.stringify(lines)).not.toMatch(/secret|answer/);
  });

  test('that throws causes a warning, and no call fails', async () => {
    const { emitWarning } = process;
    const warnings: unknown[] = [];
    process.emitWarning = (warning: unknown) => warnings.push(warning) && undefined;
    const info = () => {
      throw new Error('the disk is full');
    };
    await askThreeTimes({ ...startLog().logger, info });
    process.emitWarning = emitWarning;
    const ofLogger = warnings.filter((warning) => String(warning).startsWith('Error'));
    expect(ofLogger).toEqual(Array(2).fill('Error: the disk is full'));
  });
});

describe('diagnostics channels', () => {
  const received: unknown[] = [];
  const listener = (message: unknown) => received.push(message);
  afterEach(() => {
    channel('cached-llm:hit').unsubscribe(listener);
    received.length = 0;
  });

  test('publish the event that a listener gets, from every cache of the process', async () => {
    channel('cached-llm:hit').subscribe(listener);
    const key = await askThreeTimes(startLog().logger);
    await askThreeTimes(startLog().logger);
    expect(received).toHaveLength(2);
    expect(received[0]).toMatchObject({ key, provider: 'openai', model: 'gpt-5', age: 0 });
  });
});
