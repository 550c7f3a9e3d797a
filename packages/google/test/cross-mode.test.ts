import { cachedGoogle, google } from '@cached-llm/google';
import {
  chunksOf,
  crossModeTrial,
  describeWithFixtures,
  type ExchangeResponse,
  exactCrossModes,
  recordedAnswers,
  recordedPairs,
  toExchange,
} from '@cached-llm/testing';
import type { GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { describe, expect, test } from '@jest/globals';
import { chunks, clientOf, content, json, lasting, question, sse } from './wire.ts';

const crossing = crossModeTrial(({ server, cache }) => cachedGoogle(clientOf(server), { cache }));

const withCrossing = (
  responses: readonly ExchangeResponse[],
  use: (client: GoogleGenAI, asked: () => readonly string[]) => Promise<void>,
): Promise<void> =>
  crossing(responses, ({ client, server }) =>
    use(client, () => server.requests.map(({ path }) => path.replace(/^.*:/, ''))),
  );

test('a stored stream answers a call that does not stream', async () => {
  await withCrossing([sse(chunks('STOP'))], async (client, asked) => {
    await chunksOf(await client.models.generateContentStream(question));
    const whole = await client.models.generateContent(question);
    expect(asked()).toEqual(['streamGenerateContent?alt=sse']);
    expect(whole.text).toBe('Rivers bring salt. 🌊');
    expect(whole.usageMetadata).toEqual({ promptTokenCount: 5, candidatesTokenCount: 4 });
    expect(whole.candidates?.[0]?.finishReason).toBe('STOP');
    expect(whole.sdkHttpResponse?.headers?.['content-type']).toBe('application/json');
  });
});

test('a stored answer answers a call that streams, as one chunk', async () => {
  await withCrossing([json(content())], async (client, asked) => {
    const whole = lasting(await client.models.generateContent(question));
    const stream = await chunksOf(await client.models.generateContentStream(question));
    expect(asked()).toEqual(['generateContent']);
    expect(stream.map(({ text }) => text)).toEqual(['Rivers bring salt.']);
    expect(stream[0]?.candidates).toEqual(whole.candidates);
    expect(stream[0]?.usageMetadata).toEqual(whole.usageMetadata);
  });
});

test.each([
  ['of two answers', { responseId: 'r2' }],
  ['with sources', { candidates: [{ content: {}, groundingMetadata: {}, index: 0 }] }],
  ['with code that was run', { candidates: [{ content: { parts: [{ executableCode: {} }] } }] }],
])('a stream %s does not answer a call that does not stream', async (_name, fields) => {
  const [first, ...others] = chunks('STOP');
  const mixed = [{ ...first, ...fields }, ...others];
  await withCrossing([sse(mixed), json(content())], async (client, asked) => {
    await chunksOf(await client.models.generateContentStream(question));
    expect((await client.models.generateContent(question)).text).toBe('Rivers bring salt.');
    expect(asked()).toHaveLength(2);
  });
});

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every answer is disassembled and assembled again without a change, or refused', () => {
    const pairs = ['google', 'google-vertex']
      .flatMap((provider) => recordedPairs({ provider }))
      .filter(({ url, status }) => url.includes(':generateContent') && status === 200);
    const exact = exactCrossModes(expect, google, [...pairs, ...recordedAnswers('google', '')]);
    expect(exact).toBeGreaterThan(50);
  });

  test('every stream is assembled with all fields of its chunks, or refused', async () => {
    const streams = [...recordedPairs({ provider: 'google', kind: 'sse' })].filter(({ url }) =>
      url.includes(':streamGenerateContent'),
    );
    const outcomes: string[] = [];
    for (const pair of streams) {
      const { response } = toExchange(pair);
      await withCrossing([response, json(content())], async (client, asked) => {
        const parts = await chunksOf(await client.models.generateContentStream(question));
        const whole = await client.models.generateContent(question);
        const isExact = asked().length === 1;
        outcomes.push(`${pair.source}: ${isExact ? 'exact' : 'refused'}`);
        if (!isExact) return;
        const textsIn = (list: readonly GenerateContentResponse[]) =>
          list
            .flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? [])
            .map(({ text, thought }) => `${thought === true ? '' : (text ?? '')}`)
            .join('');
        expect(textsIn([whole])).toBe(textsIn(parts));
        expect(whole.functionCalls ?? []).toEqual(
          parts.flatMap((part) => part.functionCalls ?? []),
        );
        expect(whole.usageMetadata).toEqual(parts.at(-1)?.usageMetadata);
      });
    }
    console.info(outcomes.join('\n'));
    expect(outcomes.filter((outcome) => outcome.endsWith('exact')).length).toBeGreaterThan(0);
  });
});
