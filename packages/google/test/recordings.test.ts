import { cachedGoogle, google } from '@cached-llm/google';
import { cachedFetch } from '@cached-llm/http';
import {
  type AroundClient,
  answerCase,
  chunksOf,
  describeWithFixtures,
  distinctFetchKeys,
  pairCase,
  posted,
  type RecordedAnswer,
  type RecordedCase,
  recordedAnswers,
  recordedPairs,
  recordedTwice,
  type WireServer,
} from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { clientOf, lasting } from './wire.ts';

const SDK_PATH = /^\/(v1\w*)\/(.+):(generateContent|streamGenerateContent|countTokens)/;

const admit = { 'hosted-tool': true } as const;

/** Calls the method for a recorded request. It returns undefined where the SDK has no such method. */
function askSdk(
  { path, request }: RecordedCase,
  { server, cache }: AroundClient<WireServer>,
): Promise<unknown> | undefined {
  const [, apiVersion = '', model = '', method] = SDK_PATH.exec(path) ?? [];
  const vertexai = model.startsWith('projects/');
  const bare = clientOf(server, { vertexai, httpOptions: { apiVersion } });
  const { models } = cachedGoogle(bare, { cache, admit });
  // The body is sent as it was recorded, although the SDK may write another one today.
  const asked = { model, contents: 'x', config: { httpOptions: { extraBody: { ...request } } } };
  if (method === 'generateContent') return models.generateContent(asked);
  if (method === 'countTokens') return models.countTokens(asked);
  return method === undefined ? undefined : models.generateContentStream(asked).then(chunksOf);
}

async function post(
  { path, request }: RecordedCase,
  { server, cache }: AroundClient<WireServer>,
): Promise<unknown> {
  const ask = posted(cachedFetch({ cache, adapter: google, admit }));
  const response = await ask({ url: server.url + path, request });
  return { text: await (response as Response).text() }; // fetch returned it
}

async function ask(recorded: RecordedCase, around: AroundClient<WireServer>): Promise<unknown> {
  const said = await (askSdk(recorded, around) ?? post(recorded, around));
  const [sent] = around.server.requests;
  expect([recorded.name, sent?.json]).toMatchObject([recorded.name, recorded.request]);
  return lasting(said);
}

const unfitOf = recordedTwice(expect, ask);

const pairs = () =>
  ['google', 'google-vertex'].flatMap((provider) => recordedPairs({ provider }).map(pairCase));

const caseOf = (answer: RecordedAnswer) =>
  answerCase(answer, (stream) => {
    const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
    const place = answer.sub === '' ? `models/gemini-test:${method}` : answer.sub;
    const request = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
    return { path: `/v1beta/${place}`, request };
  });

describeWithFixtures({ describe, test }, 'recordings of the real service', () => {
  test('every recorded pair is requested once and served twice', async () => {
    const unfit = await unfitOf(pairs());
    expect(pairs().length).toBeGreaterThan(180);
    expect(unfit.length).toBeLessThan(pairs().length / 8);
  });

  test('every recorded answer is requested once and served twice', async () => {
    // The live API uses a WebSocket, so that there is nothing to serve.
    const answers = recordedAnswers('google').filter(({ sub }) => sub !== 'speech-translation');
    await unfitOf(answers.map(caseOf));
    expect(answers.length).toBeGreaterThan(14);
  });

  test('a recorded embedding of Vertex AI is requested once and served twice', async () => {
    const path = '/v1beta1/publishers/google/models/text-embedding-005:predict';
    const request = { instances: [{ content: 'a' }, { content: 'b' }] };
    const cases = recordedAnswers('google-vertex').map((answer) =>
      answerCase(answer, () => ({ path, request })),
    );
    expect([cases.length, await unfitOf(cases)]).toEqual([1, []]);
  });

  test('distinct requests have distinct keys, whatever the order of their fields', async () => {
    const parts = { expect, adapter: google, cachedFetch, answer: { totalTokens: 1 } };
    expect(await distinctFetchKeys(parts, pairs())).toBeGreaterThan(150);
  });

  test('a stream is assembled into the texts and calls that its chunks carry, in order', () => {
    const streams = recordedAnswers('google', '').filter((answer) => answer.kind === 'stream');
    for (const { name, events } of streams) {
      const said = (list: readonly unknown[]) => {
        const parts = list.flatMap((chunk) => partsOf(chunk));
        return [
          parts.map(({ text = '' }) => text).join(''),
          parts.flatMap(({ functionCall }) => functionCall ?? []),
        ];
      };
      const whole = google.stream.assemble(events);
      expect([name, said([whole])]).toEqual([name, said(events)]);
      expect(google.rejects(whole, {})).toBeUndefined();
      expect(google.stream.assemble(events.slice(0, -1))).toBeUndefined();
    }
    expect(streams.length).toBeGreaterThan(3);
  });
});

interface Part {
  readonly text?: string;
  readonly functionCall?: object;
}

function partsOf(chunk: unknown): readonly Part[] {
  const { candidates } = chunk as { candidates: { content: { parts: Part[] } }[] };
  return candidates.flatMap(({ content }) => content.parts);
}
