import {
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { cachedBedrock } from '@cached-llm/bedrock';
import { createLlmCache } from '@cached-llm/core';
import {
  type AroundClient,
  chunksOf,
  describeWithFixtures,
  distinctKeys,
  type RecordedPair,
  recordedAnswers,
  recordedPairs,
  servedTwice,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type BedrockAnswer, type BedrockServer, startBedrock } from './bedrock-server.ts';
import { clientOf, converseEvents, question } from './wire.ts';

type Command = ConverseCommand | ConverseStreamCommand | InvokeModelCommand;

interface Case {
  readonly name: string;
  readonly command: () => Command;
  readonly answer: BedrockAnswer;
}

/** A recording has base64 where the SDK takes bytes. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [
    name,
    name === 'bytes' ? Buffer.from(String(part), 'base64') : withBytes(part),
  ]);
  return Object.fromEntries(entries);
}

/** The command that sends a recorded request. It is undefined for another API and for a token count. */
function commandOf({ url }: RecordedPair, request: unknown): Command | undefined {
  const [, id = '', operation] = /\/model\/([^/]+)\/([a-z-]+)$/.exec(new URL(url).pathname) ?? [];
  const modelId = decodeURIComponent(id);
  const fields = withBytes(request) as object; // every recorded request is an object
  if (operation === 'converse') return new ConverseCommand({ modelId, ...fields });
  if (operation !== 'invoke') return undefined;
  return new InvokeModelCommand({ modelId, body: JSON.stringify(request) });
}

/** Each request is an object. */
type Pair = RecordedPair & { readonly request: object };

const regionOf = ({ url }: RecordedPair) => new URL(url).host.split('.')[1] ?? '';

/** The metadata are left out, because each request has an id of its own. */
async function ask(
  { command }: Case,
  { server, cache }: AroundClient<BedrockServer>,
): Promise<unknown> {
  const client = cachedBedrock(clientOf(server), { cache, admit: { 'hosted-tool': true } });
  // `send` has one signature for each command. This one stands for all of them.
  const { $metadata: _metadata, ...said } = await client.send(command() as ConverseCommand);
  const { stream } = said as { readonly stream?: AsyncIterable<unknown> }; // a streamed response has it
  const response = stream === undefined ? said : { ...said, stream: await chunksOf(stream) };
  client.destroy();
  return response;
}

const notStoredOf = (cases: readonly Case[]) =>
  servedTwice({ expect, start: ({ answer }: Case) => startBedrock(() => answer), ask }, cases);

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded request is sent once and answered twice', async () => {
    const pairs = recordedPairs({ provider: 'bedrock' });
    const cases = pairs.flatMap((pair): Case[] => {
      const isKnown = commandOf(pair, pair.request) !== undefined;
      const body = typeof pair.response === 'string' ? Buffer.from(pair.response) : pair.response;
      const command = () => commandOf(pair, pair.request) as Command; // it is known
      return isKnown ? [{ name: pair.source, command, answer: { body } }] : [];
    });
    const notStored = await notStoredOf(cases);
    expect([pairs.length, cases.length]).toEqual([110, 102]);
    expect(notStored.length).toBeLessThan(15);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const cache = createLlmCache();
    const body = { generation: 'x', stopReason: 'end_turn' };
    const server = await startBedrock(() => ({ body }));
    const ask = async (pair: Pair) => {
      const client = cachedBedrock(clientOf(server, { region: regionOf(pair) }), { cache });
      const command = commandOf(pair, pair.request);
      if (command !== undefined) await client.send(command as ConverseCommand); // it is known
      client.destroy();
    };
    const textOf = ({ url, request }: Pair) => JSON.stringify([url, neutralOf(request)]);
    const pairs = recordedPairs({ provider: 'bedrock' }) as readonly Pair[];
    expect(await distinctKeys({ expect, cache, ask, textOf }, pairs)).toBeGreaterThan(70);
    await server.close();
  });

  test('every recorded answer is requested once and returned twice', async () => {
    const answers = recordedAnswers('amazon-bedrock', '');
    const cases = answers.map((answer): Case => {
      const isStream = answer.kind === 'stream';
      const command = () => new (isStream ? ConverseStreamCommand : ConverseCommand)(question);
      const reply = isStream ? { events: answer.events as object[] } : { body: answer.json };
      return { name: `${answer.name} ${answer.kind}`, command, answer: reply };
    });
    const notStored = await notStoredOf(cases);
    // These were recorded without the event that ends every stream of the service. With it, they are stored.
    const cut = cases.filter(({ name }) => notStored.some((each) => each.startsWith(name)));
    const [last = {}] = converseEvents().slice(-1);
    const whole = cut.map((each) => ({
      ...each,
      answer: { events: [...(each.answer.events ?? []), last] },
    }));
    expect(await notStoredOf(whole)).toEqual([]);
    expect(cases.length).toBeGreaterThan(15);
  });
});

/** The request without the fields that are not in the key. */
function neutralOf(request: unknown): unknown {
  const {
    requestMetadata: _metadata,
    serviceTier: _tier,
    ...rest
  } = request as Record<string, unknown>; // an object
  return rest;
}
