import { chunksOf } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { message, sse, withWire } from './wire.ts';

type Event = Readonly<Record<string, unknown>> & { readonly type: string };

const block = (index: number, text: string): readonly Event[] => [
  { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index, delta: { type: 'text_delta', text } },
  { type: 'content_block_stop', index },
];
const EVENTS: readonly Event[] = [
  { type: 'message_start', message: message({ content: [], stop_reason: null }) },
  ...block(0, 'Take no more.'),
  ...block(1, 'Stop.'),
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];
const without = (...places: readonly number[]) =>
  EVENTS.filter((_event, place) => !places.includes(place));

async function storyOf(given: readonly Event[]) {
  let told: readonly unknown[] = [];
  await withWire({ answer: () => sse(given) }, async ({ client, story, events }) => {
    for (const _round of [1, 2]) {
      const asked = client.messages.create({
        ...{ model: 'claude-test', max_tokens: 9, stream: true },
        messages: [{ role: 'user', content: 'Hi' }],
      });
      await asked.then((stream) => chunksOf<unknown>(stream)).catch(() => {});
    }
    const reasons = events.flatMap((event) => ('reason' in event ? [event.reason] : []));
    told = [...story, ...new Set(reasons)];
  });
  return told;
}

describe('a stream of events is not stored', () => {
  test.each<readonly [string, readonly Event[], string?]>([
    ['without its opening', without(0)],
    ['without the beginning of a block', without(1)],
    ['without the end of a block', without(3)],
    ['without a whole block', without(1, 2, 3)],
    ['with a beginning twice', EVENTS.toSpliced(1, 0, ...EVENTS.slice(1, 2))],
    ['with a block twice', EVENTS.toSpliced(4, 0, ...block(0, 'Take no more.'))],
    ['with a piece after the end of its block', EVENTS.toSpliced(4, 0, ...EVENTS.slice(2, 3))],
    [
      'with blocks in another order',
      [...without(1, 2, 3, 7, 8), ...EVENTS.slice(1, 4), ...EVENTS.slice(7)],
    ],
    ['with two openings', [...EVENTS.slice(0, 3), ...EVENTS]],
    [
      'that goes on after its reason',
      [...without(4, 5, 6, 8), ...block(1, 'Stop.'), ...EVENTS.slice(8)],
    ],
    ['that never says why it ended', without(7), 'incomplete'],
  ])('%s', async (_name, events, reason = 'unfinished') => {
    const stories = ['miss', 'not-admitted', 'miss', 'not-admitted'];
    expect(await storyOf(events)).toEqual([...stories, reason]);
  });
});

test('a whole stream is stored, also with pings and two last counts', async () => {
  const ping = { type: 'ping' };
  const counted = { type: 'message_delta', delta: {}, usage: { output_tokens: 8 } };
  expect(await storyOf(EVENTS.toSpliced(2, 0, ping).toSpliced(-2, 0, counted))).toEqual([
    ...['miss', 'stored', 'hit'],
  ]);
});
