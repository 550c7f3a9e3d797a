import type Anthropic from '@anthropic-ai/sdk';
import { anthropic, cachedAnthropic } from '@cached-llm/anthropic';
import {
  answerAsServerSentEvents,
  chunksOf,
  crossModeTrial,
  describeWithFixtures,
  type ExchangeResponse,
  exactCrossModes,
  recordedAnswers,
  recordedPairs,
  toExchange,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { clientOf, events, json, message, question, sse } from './wire.ts';

const content = [
  { type: 'thinking', thinking: 'Hm 🌊', signature: 'c2ln' },
  { type: 'text', text: 'Rivers bring salt.' },
  { type: 'tool_use', id: 'toolu_1', name: 'sea', input: { salt: 1 } },
  { type: 'tool_use', id: 'toolu_2', name: 'lake', input: {} },
];
const answer = message({ content, stop_reason: 'tool_use' });

/** The answer without the fields that the SDK adds for its own `.parse()`. */
const asSent = (whole: Anthropic.Message): unknown =>
  JSON.parse(
    JSON.stringify(whole, (name, value) => (name === 'parsed_output' ? undefined : value)),
  );

const crossing = crossModeTrial(({ server, cache }) =>
  cachedAnthropic(clientOf(server), { cache }),
);

const withCrossing = (
  responses: readonly ExchangeResponse[],
  use: (
    client: Anthropic,
    around: { readonly asked: () => number; readonly live: Anthropic },
  ) => Promise<void>,
): Promise<void> =>
  crossing(responses, ({ client, server }) =>
    use(client, { asked: () => server.count, live: clientOf(server) }),
  );

test('a stored stream answers a call that does not stream with the message that the SDK assembles', async () => {
  await withCrossing([sse(events()), sse(events())], async (client, { asked, live }) => {
    await chunksOf(await client.messages.create({ ...question, stream: true }));
    const { data, response } = await client.messages.create(question).withResponse();
    expect(asked()).toBe(1);
    expect(response.headers.get('x-cached-llm')).toBe('hit');
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(data).toEqual(asSent(await live.messages.stream(question).finalMessage()));
  });
});

test('a stored answer answers a call that streams with events that the SDK can assemble', async () => {
  await withCrossing([json(answer)], async (client, { asked }) => {
    await client.messages.create(question);
    const stream = client.messages.stream(question);
    const seen: string[] = [];
    stream.on('streamEvent', ({ type }) => seen.push(type));
    expect(asSent(await stream.finalMessage())).toEqual(answer);
    expect(seen[0]).toBe('message_start');
    expect(seen.at(-1)).toBe('message_stop');
    expect(asked()).toBe(1);
  });
});

test('each event has its name in the response body', async () => {
  await withCrossing([json(answer)], async (client) => {
    await client.messages.create(question);
    const response = await client.messages.create({ ...question, stream: true }).asResponse();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('event: message_start\ndata: {"type":"message_start"');
    expect(text.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n')).toBe(true);
  });
});

test.each([
  ['an unknown block', { content: [...content, { type: 'server_tool_use', id: 's' }] }],
  ['a text with another field', { content: [{ type: 'text', text: 'Hi', voice: 'low' }] }],
])('an answer with %s does not answer a call that streams', async (_name, fields) => {
  await withCrossing([json(message(fields)), sse(events())], async (client, { asked }) => {
    await client.messages.create(question);
    const chunks = await chunksOf(await client.messages.create({ ...question, stream: true }));
    expect(chunks).toEqual(events().filter(({ type }) => type !== 'ping'));
    expect(asked()).toBe(2);
  });
});

/** Some recordings have several calls, one after the other. */
const startsIn = (all: readonly unknown[]) =>
  all.filter((event) => (event as { readonly type?: string }).type === 'message_start').length;

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every answer is disassembled and assembled again without a change, or refused', () => {
    const pairs = recordedPairs({ provider: 'anthropic' }).filter(
      ({ url, status }) => url.includes('/messages') && status === 200,
    );
    const isMessage = (answer: unknown) =>
      (answer as { readonly type?: string } | null)?.type === 'message';
    const whole = [...pairs, ...recordedAnswers('anthropic', '')].filter((recorded) =>
      isMessage('json' in recorded ? recorded.json : Reflect.get(recorded, 'response')),
    );
    const exact = exactCrossModes(expect, anthropic, whole);
    expect(exact).toBeGreaterThan(100);
  });

  test('every stream is assembled into the message of the SDK, or refused', async () => {
    const pairs = recordedPairs({ provider: 'anthropic', kind: 'sse' })
      .filter(({ url }) => url.includes('/messages'))
      .map((pair) => ({ name: pair.source, response: toExchange(pair).response }));
    const answers = recordedAnswers('anthropic', '').flatMap((recorded) =>
      recorded.kind === 'stream' && startsIn(recorded.events) === 1
        ? [
            {
              name: recorded.name,
              response: { kind: 'sse', body: answerAsServerSentEvents(recorded) } as const,
            },
          ]
        : [],
    );
    const outcomes: string[] = [];
    for (const { name, response } of [...pairs, ...answers]) {
      await withCrossing([response, json(answer)], async (client, { asked }) => {
        const whole = await client.messages.stream(question).finalMessage();
        const data = await client.messages.create(question);
        outcomes.push(`${name}: ${asked() === 1 ? 'exact' : 'refused'}`);
        if (asked() === 1) expect([name, data]).toEqual([name, asSent(whole)]);
      });
    }
    console.info(outcomes.join('\n'));
    expect(outcomes.filter((outcome) => outcome.endsWith('exact')).length).toBeGreaterThan(5);
  });
});
