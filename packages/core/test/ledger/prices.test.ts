import { afterEach, describe, expect, test } from '@jest/globals';
import { bestPrice, type PriceOf } from '../../src/ledger/prices.ts';

const USAGE = { inputTokens: 1_000_000, outputTokens: 100_000 };
const GPT = { provider: 'openai', model: 'gpt-4o' };

describe('the price of an answer', () => {
  test('is the price by the priceOf of the user, where it has one', () => {
    const priceOf: PriceOf = (usage, { provider, model }) =>
      provider === 'openai' && model === 'gpt-4o' ? (usage.outputTokens ?? 0) / 1_000 : undefined;
    expect(bestPrice(priceOf, { ...USAGE, cost: 5 }, GPT)).toBe(100);
  });

  test('is the price by the provider where priceOf has none', () => {
    expect(bestPrice(() => undefined, { ...USAGE, cost: 5 }, GPT)).toBe(5);
    expect(bestPrice(undefined, { cost: 0 }, GPT)).toBe(0); // a free model has the price 0
  });

  test.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('is never %d', (cost) => {
    expect(bestPrice(() => cost, { cost }, { provider: 'unknown' })).toBeUndefined();
  });

  test('is the price by the list where neither priceOf nor the provider has one', () => {
    expect(bestPrice(undefined, USAGE, GPT)).toBeCloseTo(3.5, 6);
  });

  test.each([
    ['openai.responses', 'gpt-4o'],
    ['azure.chat', 'gpt-4o'],
    ['bedrock', 'amazon.nova-lite-v1:0'],
    ['api.groq.com', 'llama-3.3-70b-versatile'],
    ['google', 'gemini-2.5-pro'],
  ])('is found for %s %s', (provider, model) => {
    expect(bestPrice(undefined, USAGE, { provider, model })).toBeGreaterThan(0);
  });

  test.each([
    ['of a model that no list has', USAGE, { provider: 'openai', model: 'no-such-model' }],
    ['of a provider that no list has', USAGE, { provider: 'my-function', model: 'gpt-4o' }],
    ['without a model', USAGE, { provider: 'openai' }],
    ['without usage', undefined, GPT],
    ['of more tokens from a cache than in all', { inputTokens: 5, cacheReadTokens: 9 }, GPT],
  ])('%s is unknown, and never 0', (_what, usage, whose) => {
    expect(bestPrice(undefined, usage, whose)).toBeUndefined();
  });

  // US dollars for a million tokens, in and out: https://openai.com/api-priority-processing.
  test.each([
    ['gpt-5.5', 12.5, 75],
    ['gpt-5.4-mini', 1.5, 9],
    ['gpt-5.4', 5, 30],
    ['gpt-5.2', 3.5, 28],
    ['gpt-5.1', 2.5, 20],
    ['gpt-5', 2.5, 20],
    ['gpt-5-mini', 0.45, 3.6],
    ['gpt-5.1-codex', 2.5, 20],
    ['gpt-5-codex', 2.5, 20],
    ['gpt-4.1', 3.5, 14],
    ['gpt-4.1-mini', 0.7, 2.8],
    ['gpt-4.1-nano', 0.2, 0.8],
    ['gpt-4o', 4.25, 17],
    ['gpt-4o-2024-05-13', 8.75, 26.25],
    ['gpt-4o-mini', 0.25, 1],
  ])('of priority processing is the one that OpenAI publishes for %s', (model, input, output) => {
    const of = (usage: object) =>
      bestPrice(undefined, { ...usage, serviceTier: 'priority' }, { provider: 'openai', model });
    expect(of({ inputTokens: 100_000 })).toBeCloseTo(input / 10, 9); // a long request has another price
    expect(of({ outputTokens: 1_000_000 })).toBeCloseTo(output, 9);
  });

  test.each([
    ['openai', 'gpt-5', 'scale'],
    ['openai', 'gpt-5-nano', 'priority'],
    ['azure', 'gpt-5', 'priority'],
    ['anthropic', 'claude-sonnet-4-6', 'priority'],
    ['anthropic', 'claude-opus-4-6', 'batch fast'],
    ['google', 'gemini-2.5-flash', 'priority'],
    ['bedrock', 'amazon.nova-lite-v1:0', 'flex'],
  ])('of %s %s is unknown for the service %s', (provider, model, serviceTier) => {
    expect(bestPrice(undefined, USAGE, { provider, model })).toBeGreaterThan(0);
    expect(bestPrice(undefined, { ...USAGE, serviceTier }, { provider, model })).toBeUndefined();
  });

  test('of several services at once has the multiple of each', () => {
    const whose = { provider: 'anthropic', model: 'claude-sonnet-4-6' };
    const usual = bestPrice(undefined, USAGE, whose) ?? Number.NaN;
    const both = bestPrice(undefined, { ...USAGE, serviceTier: 'batch us' }, whose);
    expect(both).toBeCloseTo(usual * 0.55, 9);
  });

  test('of a usage without a count is unknown, and never 0', () => {
    expect(bestPrice(undefined, {}, GPT)).toBeUndefined();
  });

  test('is lower for tokens that the provider had in its own cache', () => {
    const claude = { provider: 'anthropic', model: 'claude-sonnet-4-5' };
    const full = bestPrice(undefined, USAGE, claude) ?? 0;
    const less = bestPrice(undefined, { ...USAGE, cacheReadTokens: 900_000 }, claude) ?? 0;
    expect(less).toBeLessThan(full / 2 + 1.5);
    expect(less).toBeGreaterThan(0);
  });
});

describe('a priceOf that throws', () => {
  const { emitWarning } = process;
  afterEach(() => {
    process.emitWarning = emitWarning;
  });

  test('causes a warning, and the next source of a price counts', () => {
    const warnings: unknown[] = [];
    process.emitWarning = (warning: unknown) => warnings.push(warning) && undefined;
    const fail = () => {
      throw new Error('a mistake');
    };
    expect(bestPrice(fail, { cost: 2 }, GPT)).toBe(2);
    expect(warnings).toEqual(['Error: a mistake']);
  });
});
