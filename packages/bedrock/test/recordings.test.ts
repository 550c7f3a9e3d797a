import {
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { cachedBedrock } from '@cached-llm/bedrock';
import { createLlmCache } from '@cached-llm/core';
import {
  describeWithFixtures,
  type RecordedPair,
  recordedAnswers,
  recordedPairs,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type BedrockAnswer, startBedrock } from './bedrock-server.ts';
import { chunksOf, clientOf, converseEvents, question } from './wire.ts';

type Command = ConverseCommand | ConverseStreamCommand | InvokeModelCommand | CountTokensCommand;

interface Case {
  readonly name: string;
  readonly command: () => Command;
  readonly answer: BedrockAnswer;
}

/** Bytes travel as base64; the SDK takes them as bytes. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [
    name,
    name === 'bytes' ? Buffer.from(String(part), 'base64') : withBytes(part),
  ]);
  return Object.fromEntries(entries);
}

/** The same with the keys of every object in another order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, part]) => [name, reversed(part)]);
  return Object.fromEntries(entries.reverse());
}

/** What an application calls to send a recorded request; nothing for another API's wire. */
function commandOf({ url }: RecordedPair, request: unknown): Command | undefined {
  const [, id = '', operation] = /\/model\/([^/]+)\/([a-z-]+)$/.exec(new URL(url).pathname) ?? [];
  const modelId = decodeURIComponent(id);
  const fields = withBytes(request) as object; // every recorded request is an object
  if (operation === 'converse') return new ConverseCommand({ modelId, ...fields });
  if (operation === 'count-tokens') return new CountTokensCommand({ modelId, ...fields } as never);
  if (operation !== 'invoke') return undefined;
  return new InvokeModelCommand({ modelId, body: JSON.stringify(request) });
}

const regionOf = ({ url }: RecordedPair) => new URL(url).host.split('.')[1] ?? '';

/** Sends each command twice through one cache; says why an answer was not kept, if it was not. */
async function askTwice({ command, answer }: Case) {
  const cache = createLlmCache();
  const server = await startBedrock(() => answer);
  const client = cachedBedrock(clientOf(server), { cache, admit: { 'hosted-tool': true } });
  let reason: string | undefined;
  cache.on('not-admitted', (event) => {
    reason = event.reason;
  });
  const ask = async () => {
    // Whichever it is: one signature stands for all.
    const response: object = await client.send(command() as ConverseCommand);
    if (!('stream' in response)) return response;
    return { ...response, stream: await chunksOf(response.stream as AsyncIterable<unknown>) };
  };
  const first = withoutRequestId(await ask());
  const second = withoutRequestId(await ask());
  const { count } = server;
  client.destroy();
  await server.close();
  return { first, second, count, reason };
}

/** What is asked twice has two. */
function withoutRequestId(response: object): object {
  const { $metadata: _metadata, ...rest } = response as { readonly $metadata?: unknown }; // of every response
  return rest;
}

async function check(cases: readonly Case[]): Promise<readonly string[]> {
  const unfit: string[] = [];
  for (const each of cases) {
    const { first, second, count, reason } = await askTwice(each);
    const isPassing = each.command() instanceof CountTokensCommand;
    const why = isPassing ? 'counts tokens: passes by' : reason;
    expect([each.name, second]).toStrictEqual([each.name, first]);
    expect([each.name, count]).toEqual([each.name, why === undefined ? 1 : 2]);
    if (why !== undefined) unfit.push(`${each.name}: ${why}`);
  }
  return unfit;
}

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is asked once and answered twice', async () => {
    const pairs = recordedPairs({ provider: 'bedrock' });
    const cases = pairs.flatMap((pair): Case[] => {
      const isKnown = commandOf(pair, pair.request) !== undefined;
      const body = typeof pair.response === 'string' ? Buffer.from(pair.response) : pair.response;
      const command = () => commandOf(pair, pair.request) as Command; // it is known
      return isKnown ? [{ name: pair.source, command, answer: { body } }] : [];
    });
    const unfit = await check(cases);
    console.info(
      `${cases.length - unfit.length} of ${cases.length} pairs from the store; ${pairs.length - cases.length} speak OpenAI's wire; not kept:\n${unfit.join('\n')}`,
    );
    expect([pairs.length, cases.length]).toEqual([110, 107]);
    expect(unfit.length).toBeLessThan(15);
  }, 120_000);

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const keys = new Map<string, string>();
    const cache = createLlmCache({ mode: 'refresh' });
    const server = await startBedrock(() => ({
      body: { generation: 'x', stopReason: 'end_turn' },
    }));
    let key = '';
    cache.on('miss', (event) => {
      key = event.key;
    });
    for (const pair of recordedPairs({ provider: 'bedrock' })) {
      const client = cachedBedrock(clientOf(server, { region: regionOf(pair) }), { cache });
      const asked = [pair.request, reversed(pair.request)].map((request) =>
        commandOf(pair, request),
      );
      const found: string[] = [];
      for (const command of asked) {
        if (command === undefined || command instanceof CountTokensCommand) continue;
        await client.send(command as ConverseCommand);
        found.push(key);
      }
      client.destroy();
      expect([pair.source, new Set(found).size]).toEqual([pair.source, found.length === 0 ? 0 : 1]);
      const text = JSON.stringify([pair.url, neutralOf(pair.request)]);
      if (found.length > 0) keys.set(text, key);
    }
    await server.close();
    expect(new Set(keys.values()).size).toBe(keys.size);
    expect(keys.size).toBeGreaterThan(70);
  });

  test('every recorded answer is asked for once and given twice', async () => {
    const answers = recordedAnswers('amazon-bedrock', '');
    const cases = answers.map((answer): Case => {
      const isStream = answer.kind === 'stream';
      const command = () => new (isStream ? ConverseStreamCommand : ConverseCommand)(question);
      const reply = isStream ? { events: answer.events as object[] } : { body: answer.json };
      return { name: `${answer.name} ${answer.kind}`, command, answer: reply };
    });
    const unfit = await check(cases);
    console.info(
      `${cases.length - unfit.length} of ${cases.length} answers from the store; not kept:\n${unfit.join('\n')}`,
    );
    // These were recorded without the event that ends every stream of the service. With it, they are kept.
    const cut = cases.filter(({ name }) => unfit.some((each) => each.startsWith(name)));
    const [last = {}] = converseEvents().slice(-1);
    const whole = cut.map((each) => ({
      ...each,
      answer: { events: [...(each.answer.events ?? []), last] },
    }));
    expect(await check(whole)).toEqual([]);
    expect(cases.length).toBeGreaterThan(15);
  });
});

/** What no key has. */
function neutralOf(request: unknown): unknown {
  const {
    requestMetadata: _metadata,
    serviceTier: _tier,
    ...rest
  } = request as Record<string, unknown>; // an object
  return rest;
}
