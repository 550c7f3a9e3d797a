import { until } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { cachedBedrock } from '../src/index.ts';
import type { BedrockAnswer } from './bedrock-server.ts';
import {
  converse,
  converseAnswer,
  converseEvents,
  converseStream,
  eventsOf,
  invoke,
  withWire,
} from './wire.ts';

const events = converseEvents();
const TIMED_OUT = { message: expect.stringContaining('callTimeout') };
// Both callers have to be under way before it ends, and the SDK takes long for its first requests on a busy machine.
const callTimeout = '500ms';

/** A provider whose first answer hangs, and whose later answers are whole. */
function hangingOnce(hanging: BedrockAnswer, whole: BedrockAnswer) {
  let asked = 0;
  return () => {
    asked += 1;
    return asked === 1 ? hanging : whole;
  };
}

describe('a provider that hangs', () => {
  test.each([
    ['before its headers', { silent: true }, converse],
    ['in the middle of its body', { body: Buffer.from('{"output":'), ending: 'hang' }, converse],
    [
      'in the middle of the bytes of InvokeModel',
      { body: Buffer.from('{"out'), ending: 'hang' },
      () => invoke({ prompt: 'q' }),
    ],
    [
      'before the headers of a batch of embeddings',
      { silent: true },
      () => invoke({ texts: ['a', 'b'] }, { modelId: 'cohere.embed-multilingual-v3' }),
    ],
  ] as const)(
    '%s: leader and follower get the error, and the key is free',
    async (_name, hanging, command) => {
      const answer = hangingOnce(hanging, { body: converseAnswer() });
      await withWire(answer, async ({ client, server, cache }) => {
        cachedBedrock(client, { cache, callTimeout });
        const ask = () => client.send(command() as never);
        const leading = expect(ask()).rejects.toMatchObject(TIMED_OUT);
        const following = expect(ask()).rejects.toMatchObject(TIMED_OUT);
        await Promise.all([leading, following]);
        expect(server.count).toBe(1);
        await until('no flight is left', () => cache.pipeline.flights.isEmpty);
        await until('the provider sees the abort', () => server.requests[0]?.aborted);
        cachedBedrock(client, { cache }); // a busy machine needs more time
        expect(await ask()).toBeDefined();
        expect(server.count).toBe(2);
      });
    },
  );
});

describe('a ConverseStream that hangs', () => {
  test.each([
    ['before its headers', { silent: true }],
    ['before its first event', { events: [], ending: 'hang' }],
    ['in the middle', { events: events.slice(0, 2), ending: 'hang' }],
  ] as const)('%s: its readers get the error, and the key is free', async (_name, hanging) => {
    await withWire(hangingOnce(hanging, { events }), async ({ client, server, cache }) => {
      cachedBedrock(client, { cache, callTimeout });
      const ask = () => eventsOf(client, converseStream());
      const leading = expect(ask()).rejects.toMatchObject(TIMED_OUT);
      const following = expect(ask()).rejects.toMatchObject(TIMED_OUT);
      await Promise.all([leading, following]);
      expect(server.count).toBe(1);
      await until('no flight is left', () => cache.pipeline.flights.isEmpty);
      await until('the provider sees the abort', () => server.requests[0]?.aborted);
      cachedBedrock(client, { cache }); // a busy machine needs more time
      expect((await ask()).chunks).toEqual(events);
      expect(server.count).toBe(2);
    });
  });
});
