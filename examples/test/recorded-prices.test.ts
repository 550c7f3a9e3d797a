import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bedrock } from '@cached-llm/bedrock';
import { cohere } from '@cached-llm/cohere';
import { createLlmCache } from '@cached-llm/core';
import { type Fields, fieldsOf, isFields, type Usage, usageIn } from '@cached-llm/core/adapter';
import { google } from '@cached-llm/google';
import { ollama } from '@cached-llm/ollama';
import { describeWithFixtures, recordedAnswers, recordedPairs } from '@cached-llm/testing';
import { describe, expect, test } from '@jest/globals';
import { type ListedProvider, listedPrice, priceList } from './price-list.ts';

/** The adapters that read more than `usageIn` does, by the provider's name in the list of prices. */
const ADAPTERS: Readonly<
  Record<string, { usageOf?(response: unknown): Usage | undefined } | undefined>
> = { aws: bedrock, cohere, google, ollama };

/** One recorded answer. */
interface Recorded {
  readonly source: string;
  readonly host: string | undefined;
  readonly providerName: string;
  readonly body: Fields;
  /** The model of the request, where the request is recorded. */
  readonly asked: string | undefined;
}

const cache = createLlmCache();

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Moonshot says its cached tokens beside the others, where the list does not look for them. */
const isBesideOthers = ({ usage }: Fields) => 'cached_tokens' in fieldsOf(usage);

/** The list has a price for each search, and does not count the searches among the items of the Responses API. */
const isOfSearches = ({ output }: Fields, usage: Usage | undefined) =>
  Array.isArray(output) && (usage?.details?.web_searches ?? 0) > 0;

/** The first version of Cohere's API says in `meta` what is billed. */
const isOfCohereV1 = ({ generations }: Fields) => generations !== undefined;

function providerOf({ host, providerName }: Recorded): ListedProvider | undefined {
  const byHost = host && priceList.findProvider({ providerApiUrl: `https://${host}/` });
  return byHost || priceList.findProvider({ providerId: providerName });
}

/** Why an answer has no price. */
function whyUnpriced(
  usage: Usage | undefined,
  provider: ListedProvider | undefined,
  model?: string,
) {
  if (provider === undefined) return 'unpriced: the list does not have the provider';
  if (usage === undefined) return 'unpriced: the answer says no usage';
  return model === undefined
    ? 'unpriced: neither the answer nor its request names a model'
    : 'unpriced: the list does not have the model, or not what is counted';
}

/** How our price of an answer compares with the price that the list makes of the raw response. */
function compare(recorded: Recorded): string {
  const { host, providerName, body, asked } = recorded;
  const provider = providerOf(recorded);
  const id = provider?.id ?? providerName;
  const usage = (ADAPTERS[id]?.usageOf ?? usageIn)(body);
  const servedModel = text(body.model) ?? text(body.modelVersion);
  const whose = { provider: id, model: asked, servedModel, endpoint: { address: host } };
  const ours = cache.priceOf(usage, whose);
  const listed = provider && listedPrice(provider, body, servedModel ?? asked);
  if (ours === undefined && listed === undefined)
    return whyUnpriced(usage, provider, servedModel ?? asked);
  if (ours === usage?.cost) return 'ours, because the answer says its own cost';
  if (ours !== undefined && Math.abs(ours - (listed ?? Number.NaN)) < 1e-12) return 'equal';
  if (isOfSearches(body, usage)) return 'ours, because the list reads no searches';
  if (usage?.serviceTier !== undefined) return 'ours, because the list knows no services';
  if (isBesideOthers(body)) return 'ours, because the list does not find all cached tokens';
  if (isOfCohereV1(body)) return 'ours, because the list reads no output of this version';
  if (ours !== undefined && listed === undefined) return 'ours, because the list finds no usage';
  return `DIFFERS: ${recorded.source}: ${ours} and not ${listed}`;
}

/** The path of Bedrock has the model. */
const modelIn = (url: string) => /\/model\/([^/]+)\//.exec(decodeURIComponent(url))?.[1];

const pairs = (): readonly Recorded[] =>
  recordedPairs({ kind: 'json' }).flatMap(
    ({ source, url, provider, request, response, status }) => {
      if (!isFields(response) || status >= 400) return [];
      const asked = text(fieldsOf(request).model) ?? modelIn(url);
      const { hostname: host } = new URL(url);
      return [{ source, host, providerName: provider, body: response, asked }];
    },
  );

function answers(folder: string): readonly Recorded[] {
  const entries = readdirSync(join(folder, 'wire-vercel-ai'), { withFileTypes: true });
  const providers = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return providers
    .flatMap((name) => recordedAnswers(name))
    .flatMap((answer) => {
      if (answer.kind !== 'json' || !isFields(answer.json)) return [];
      const source = `${answer.provider}/${answer.sub}/${answer.name}`;
      return [
        {
          source,
          host: undefined,
          providerName: answer.provider,
          body: answer.json,
          asked: undefined,
        },
      ];
    });
}

/** What may become of an answer. Each says why its price is not the one of the list. */
const VERDICTS = [
  'equal',
  'ours, because the answer says its own cost',
  'ours, because the list finds no usage',
  'ours, because the list knows no services',
  'ours, because the list reads no output of this version',
  'ours, because the list reads no searches',
  'ours, because the list does not find all cached tokens',
  'unpriced: the answer says no usage',
  'unpriced: the list does not have the model, or not what is counted',
  'unpriced: the list does not have the provider',
  'unpriced: neither the answer nor its request names a model',
];

describeWithFixtures({ describe, test }, 'the price of each recorded answer', (folder) => {
  test.each([
    ['with its request', pairs(), 700],
    ['without its request', answers(folder), 55],
  ])(
    '%s is that of the list for the raw response, and else it is said why',
    (_, recordings, equal) => {
      const verdicts = recordings.map(compare);
      expect(verdicts.filter((verdict) => !VERDICTS.includes(verdict))).toEqual([]);
      expect(verdicts.filter((verdict) => verdict === 'equal').length).toBeGreaterThan(equal);
    },
  );
});
