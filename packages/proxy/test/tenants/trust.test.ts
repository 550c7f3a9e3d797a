import { manualClock } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { checkFor } from '../../src/tenants/provider-checks.ts';
import { type Place, Trust } from '../../src/tenants/trust.ts';

const HOUR = 3_600_000;
const place: Place = { upstream: 'api.openai.com', credential: 'a'.repeat(64) };

function trusting(trust = HOUR) {
  const clock = manualClock();
  return { clock, trust: new Trust({ trust, now: clock.now }) };
}

/** A check that counts how often it is asked. */
function countedCheck(...statuses: readonly (number | Error)[]) {
  const asked = { count: 0 };
  const check = async () => {
    const status = statuses[Math.min(asked.count, statuses.length - 1)];
    asked.count += 1;
    if (status === undefined || status instanceof Error) throw status;
    return status;
  };
  return { asked, check };
}

describe('A credential is trusted', () => {
  test('for as long as the option says, from the last call for which the provider accepted it', () => {
    const { clock, trust } = trusting();
    expect(trust.isTrusted(place)).toBe(false);
    trust.saw(place, 200);
    clock.advance(HOUR - 1);
    expect(trust.isTrusted(place)).toBe(true);
    trust.saw(place, 201);
    clock.advance(HOUR - 1);
    expect(trust.isTrusted(place)).toBe(true);
    clock.advance(1);
    expect(trust.isTrusted(place)).toBe(false);
  });

  test('at the upstream that accepted it, and at no other', () => {
    const { trust } = trusting();
    trust.saw(place, 200);
    expect(trust.isTrusted({ ...place, upstream: 'api.mistral.ai' })).toBe(false);
    expect(trust.isTrusted({ ...place, credential: 'b'.repeat(64) })).toBe(false);
  });

  test.each([401, 403])('no longer once a provider answers %d', (status) => {
    const { trust } = trusting();
    trust.saw(place, 200);
    trust.saw(place, status);
    expect(trust.isTrusted(place)).toBe(false);
  });

  test.each([400, 404, 408, 429, 500, 503])(
    'as before where a provider answers %d, which says nothing of it',
    (status) => {
      const { trust } = trusting();
      trust.saw(place, status);
      expect(trust.isTrusted(place)).toBe(false);
      trust.saw(place, 200);
      trust.saw(place, status);
      expect(trust.isTrusted(place)).toBe(true);
    },
  );

  test('never where the option is 0, and always where it is Infinity', () => {
    const never = trusting(0);
    never.trust.saw(place, 200);
    expect(never.trust.isTrusted(place)).toBe(false);
    expect(trusting(Number.POSITIVE_INFINITY).trust.isTrusted(place)).toBe(true);
  });

  test('no longer when more credentials came since than are remembered', () => {
    const { trust } = trusting();
    trust.saw(place, 200);
    for (let number = 0; number < 10_000; number += 1)
      trust.saw({ upstream: 'api.openai.com', credential: String(number) }, 200);
    expect(trust.isTrusted(place)).toBe(false);
    expect(trust.isTrusted({ upstream: 'api.openai.com', credential: '9999' })).toBe(true);
  });
});

describe('A credential of which nothing is known', () => {
  test('is confirmed by one check of the provider for all callers at once', async () => {
    const { trust } = trusting();
    const { asked, check } = countedCheck(200);
    const all = await Promise.all(Array.from({ length: 5 }, () => trust.confirm(place, check)));
    expect(all).toEqual([true, true, true, true, true]);
    expect(asked.count).toBe(1);
    expect(trust.isTrusted(place)).toBe(true);
  });

  test.each([[401], [403], [404], [429], [500], [new Error('The connection is refused.')]])(
    'is not confirmed by a check that ends in %p, and the call decides for a minute',
    async (outcome) => {
      const { clock, trust } = trusting();
      const { asked, check } = countedCheck(outcome, 200);
      expect(await trust.confirm(place, check)).toBe(false);
      expect(await trust.confirm(place, check)).toBe(false);
      expect(asked.count).toBe(1);
      clock.advance(60_000);
      expect(await trust.confirm(place, check)).toBe(true);
      expect(asked.count).toBe(2);
    },
  );

  test('is not confirmed where the provider has no cheap check', async () => {
    const { trust } = trusting();
    expect(await trust.confirm(place, undefined)).toBe(false);
  });

  test('is checked anew after a call that was accepted, once that is too long ago', async () => {
    const { clock, trust } = trusting(30_000);
    const { asked, check } = countedCheck(500, 200);
    expect(await trust.confirm(place, check)).toBe(false);
    trust.saw(place, 200);
    clock.advance(30_000);
    expect(trust.isTrusted(place)).toBe(false);
    expect(await trust.confirm(place, check)).toBe(true);
    expect(asked.count).toBe(2);
  });
});

describe('The cheap check', () => {
  test.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1/models'],
    ['https://eu.api.openai.com/v1', 'https://eu.api.openai.com/v1/models'],
    ['https://api.anthropic.com', 'https://api.anthropic.com/v1/models?limit=1'],
    ['https://api.mistral.ai', 'https://api.mistral.ai/v1/models'],
    ['https://api.cohere.com', 'https://api.cohere.com/v1/models?page_size=1'],
    ['https://api.groq.com', 'https://api.groq.com/openai/v1/models'],
    ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1/key'],
    ['https://api.x.ai/v1', 'https://api.x.ai/v1/api-key'],
  ])('of %s is %s', (upstream, url) => {
    expect(checkFor(new URL(`${upstream}/chat/completions`))?.url.href).toBe(url);
  });

  test('has the key that a caller of Google writes into the query, and nothing else of it', () => {
    const asked = '/v1beta/models/gemini-2.5-flash:generateContent?alt=sse&key=A%2Fb';
    const url = new URL(asked, 'https://generativelanguage.googleapis.com');
    expect(checkFor(url)?.url.href).toBe(
      'https://generativelanguage.googleapis.com/v1beta/models?pageSize=1&key=A%2Fb',
    );
  });

  test.each([
    'http://127.0.0.1:11434',
    'https://ollama.com',
    'https://api.openai.com.example.com',
    'https://openai.example.com/v1',
  ])('is none of %s, whose lists may be for everybody', (upstream) => {
    expect(checkFor(new URL(`${upstream}/chat/completions`))).toBeUndefined();
  });
});
