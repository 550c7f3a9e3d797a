import { afterEach, describe, expect, test } from '@jest/globals';
import { Prices } from '../../src/ledger/prices.ts';

const USAGE = { inputTokens: 1_000_000, outputTokens: 100_000 };
const GPT = { provider: 'openai', model: 'gpt-4o' };

describe('the price of an answer', () => {
  test('is the user’s own word before any other', () => {
    const prices = new Prices((usage, { provider, model }) =>
      provider === 'openai' && model === 'gpt-4o' ? (usage.outputTokens ?? 0) / 1_000 : undefined,
    );
    expect(prices.of({ ...USAGE, cost: 5 }, GPT)).toBe(100);
  });

  test('is the provider’s word where the user says nothing', () => {
    expect(new Prices(() => undefined).of({ ...USAGE, cost: 5 }, GPT)).toBe(5);
    expect(new Prices(undefined).of({ cost: 0 }, GPT)).toBe(0); // a free model, says the provider
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('is not %d', (cost) => {
    expect(new Prices(() => cost).of({ cost }, { provider: 'nobody' })).toBeUndefined();
  });

  test('is the list’s where nobody says', () => {
    expect(new Prices(undefined).of(USAGE, GPT)).toBeCloseTo(3.5, 6);
  });

  test.each([
    ['openai.responses', 'gpt-4o'],
    ['azure.chat', 'gpt-4o'],
    ['bedrock', 'amazon.nova-lite-v1:0'],
    ['api.groq.com', 'llama-3.3-70b-versatile'],
    ['google', 'gemini-2.5-pro'],
  ])('is found for %s %s', (provider, model) => {
    expect(new Prices(undefined).of(USAGE, { provider, model })).toBeGreaterThan(0);
  });

  test.each([
    ['of a model that no list has', USAGE, { provider: 'openai', model: 'no-such-model' }],
    ['of a provider that no list has', USAGE, { provider: 'my-function', model: 'gpt-4o' }],
    ['without a model', USAGE, { provider: 'openai' }],
    ['without usage', undefined, GPT],
    ['of more tokens from a cache than in all', { inputTokens: 5, cacheReadTokens: 9 }, GPT],
  ])('%s is unknown, and never 0', (_what, usage, whose) => {
    expect(new Prices(undefined).of(usage, whose)).toBeUndefined();
  });

  test('is less for what the provider had in its own cache', () => {
    const claude = { provider: 'anthropic', model: 'claude-sonnet-4-5' };
    const prices = new Prices(undefined);
    const full = prices.of(USAGE, claude) ?? 0;
    const less = prices.of({ ...USAGE, cacheReadTokens: 900_000 }, claude) ?? 0;
    expect(less).toBeLessThan(full / 2 + 1.5);
    expect(less).toBeGreaterThan(0);
  });
});

describe('a priceOf that throws', () => {
  const { emitWarning } = process;
  afterEach(() => {
    process.emitWarning = emitWarning;
  });

  test('is a warning, and the next word counts', () => {
    const warnings: unknown[] = [];
    process.emitWarning = (warning: unknown) => warnings.push(warning) && undefined;
    const prices = new Prices(() => {
      throw new Error('a mistake');
    });
    expect(prices.of({ cost: 2 }, GPT)).toBe(2);
    expect(warnings).toEqual(['Error: a mistake']);
  });
});
