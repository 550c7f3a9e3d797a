import nodeModule from 'node:module'; // webpack would follow a createRequire that is imported by its name
import type { Usage } from '../entry/index.ts';
import type { CallEndpoint } from '../events/index.ts';
import { isGiven, numberOf } from '../key/index.ts';
import { warn } from '../options/index.ts';
import { isCounted, unitsOf } from './usage-sums.ts';

const PACKAGE = '@pydantic/genai-prices';

/** The provider and model that an answer is priced for. */
export interface PricedModel {
  readonly provider: string;
  readonly model?: string | undefined;
  /** The model that answered, where the answer names it. It is what the provider charges for. */
  readonly servedModel?: string | undefined;
  /** The host that was asked, which says whose prices apply where many providers have one API. */
  readonly endpoint?: CallEndpoint | undefined;
  /** The day of the price, `YYYY-MM-DD` in UTC, or an instant in ISO 8601: some prices depend on the time of day. @default now */
  readonly day?: string | Date | undefined;
}

interface ListedProvider {
  /** `openai`, `anthropic`, `google`, `groq` or another word of the list. */
  readonly id: string;
}

/** The part of the package that is used here. Each call of it may throw. */
interface PricePackage {
  findProvider(options: {
    providerId?: string;
    providerApiUrl?: string;
  }): ListedProvider | undefined;
  calcPrice(
    usage: Readonly<Record<string, number | undefined>>,
    model: string,
    options: { readonly provider: ListedProvider; readonly timestamp?: Date | undefined },
  ): { readonly total_price: number; readonly model_price?: object | undefined } | null;
}

let loaded: { readonly prices: PricePackage | undefined } | undefined;

/** The package is loaded with the first price, so that importing core stays cheap and does not need it. */
function load(): PricePackage | undefined {
  try {
    const require = nodeModule.createRequire(import.meta.url);
    return require(PACKAGE) as PricePackage; // as the package documents itself
  } catch {
    return undefined; // it is an optional peer dependency, and is not installed
  }
}

function pricePackage(): PricePackage | undefined {
  loaded ??= { prices: load() };
  return loaded.prices;
}

/** By the host, then by a name such as `openai`, the AI SDK's `azure.chat`, or a host such as `api.groq.com`. */
function findProviders(
  prices: PricePackage,
  { provider, endpoint }: PricedModel,
): readonly ListedProvider[] {
  const ids = [provider, provider.split('.')[0] ?? ''];
  const byHost = (host: string) => prices.findProvider({ providerApiUrl: `https://${host}/` });
  const found = [
    endpoint?.address === undefined ? undefined : byHost(endpoint.address),
    ids.map((providerId) => prices.findProvider({ providerId })).find(isGiven) ?? byHost(provider),
  ];
  return found.flatMap((each) => each ?? []);
}

/** `gpt-4o-2024-08-06` is a version of `gpt-4o`. A deployment of Azure may be named like another model. */
const isVersionOf = (served: string, asked: string) =>
  served.startsWith(asked.replace(/[-:]latest$/, ''));

/** Gemini's models have resource names, too. */
const RESOURCE = /^models\//;

/** The served model, then the asked one, unless the answer says that it is another. */
function modelsOf({ model: asked, servedModel: served }: PricedModel): readonly string[] {
  const model = asked?.replace(RESOURCE, '');
  const servedModel = served?.replace(RESOURCE, '');
  if (servedModel === undefined) return model === undefined ? [] : [model];
  const isSame = model !== undefined && isVersionOf(servedModel, model);
  return isSame ? [servedModel, model] : [servedModel];
}

/** What OpenAI charges for priority, as a multiple of its usual price (https://openai.com/api-priority-processing). */
const PRIORITY: readonly (readonly [models: RegExp, factor: number])[] = [
  [/^gpt-5\.5(-20|$)/, 2.5],
  [/^gpt-5(\.[124]|\.4-mini|(\.1)?-codex)?(-20|$)/, 2],
  [/^gpt-5-mini(-20|$)/, 1.8],
  [/^(gpt-4\.1(-mini)?(-20|$)|gpt-4o-2024-05-13$)/, 1.75],
  [/^gpt-4\.1-nano(-20|$)/, 2],
  [/^gpt-4o(-20|$)/, 1.7],
  [/^gpt-4o-mini(-20|$)/, 5 / 3],
];

/**
 * What a service costs as a multiple of the usual price, by provider. `docs/what-is-counted.md` names the source of each. The
 * provider's other services, such as capacity that is paid for in advance, have no known price.
 */
const FACTORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  openai: { flex: 0.5, batch: 0.5 },
  google: { flex: 0.5, batch: 0.5 },
  anthropic: { batch: 0.5, us: 1.1 },
  groq: { flex: 1 },
};

function factorOf(service: string, provider: string, model: string): number | undefined {
  if (service === 'priority' && provider === 'openai')
    return PRIORITY.find(([models]) => models.test(model))?.[1];
  return FACTORS[provider]?.[service];
}

/** Several words are several services at once. Undefined if the price of one is not known. */
const factorFor = (services: string | undefined, provider: string, model: string) =>
  services
    ?.split(' ')
    .map((service) => factorOf(service, provider, model))
    .reduce((all, factor) => all && factor && all * factor, 1);

interface PricedUnits {
  /** By their names in `@pydantic/genai-prices`. */
  readonly units: Readonly<Record<string, number>>;
  readonly serviceTier?: string | undefined;
}

/** US dollars by the list of `@pydantic/genai-prices`, or `undefined` where the list has no price. */
export function unitPrice(
  { units, serviceTier }: PricedUnits,
  whose: PricedModel,
): number | undefined {
  const prices = pricePackage();
  if (prices === undefined) return undefined;
  const timestamp = timestampOf(whose.day);
  const providers = findProviders(prices, whose);
  const listed = modelsOf(whose).flatMap((model) =>
    providers.map((provider) => ({ model, provider })),
  );
  for (const { model, provider } of listed) {
    const price = priceIn(prices, { units, model, timestamp, provider });
    if (price === undefined) continue;
    const factor = serviceTier === undefined ? 1 : factorFor(serviceTier, provider.id, model);
    return factor && price * factor;
  }
  return undefined;
}

function timestampOf(day: PricedModel['day']): Date | undefined {
  const date = new Date(day ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

interface Asked {
  readonly units: Readonly<Record<string, number>>;
  readonly model: string;
  readonly provider: ListedProvider;
  readonly timestamp: Date | undefined;
}

/** Sound has a price of its own at OpenAI, many times that of text, by the names of its counts. */
const SOUND = { input_audio_tokens: 'input_audio_mtok', output_audio_tokens: 'output_audio_mtok' };

/** Would the list price sound as text, because it lacks the price of sound for this model? */
function lacksSound({ units, provider }: Asked, price: object | undefined): boolean {
  if (price === undefined || !/^(openai|azure)$/.test(provider.id)) return false;
  return Object.entries(SOUND).some(
    ([count, priced]) => (units[count] ?? 0) > 0 && !isGiven(Reflect.get(price, priced)),
  );
}

function priceIn(prices: PricePackage, asked: Asked): number | undefined {
  const { units, model, ...options } = asked;
  try {
    const priced = prices.calcPrice(units, model, options);
    return lacksSound(asked, priced?.model_price) ? undefined : numberOf(priced?.total_price);
  } catch {
    return undefined; // such as when more tokens come from a cache than there are in all
  }
}

/** US dollars by the list for one answer. */
const listPrice = (usage: Usage, whose: PricedModel): number | undefined =>
  isCounted(usage)
    ? unitPrice({ units: unitsOf(usage), serviceTier: usage.serviceTier }, whose)
    : undefined;

/** US dollars for one answer, or `undefined` where the price is not known. An unknown price is never 0. */
export type PriceOf = (usage: Usage, whose: PricedModel) => number | undefined;

const isPrice = (price: unknown): price is number =>
  typeof price === 'number' && Number.isFinite(price) && price >= 0;

function ownPrice(priceOf: PriceOf, usage: Usage, { provider, model, servedModel }: PricedModel) {
  try {
    const price = priceOf(usage, { provider, model, servedModel });
    return isPrice(price) ? price : undefined;
  } catch (error) {
    // The application sees the mistake of its `priceOf` as a warning, and no call fails because of it.
    warn(String(error));
    return undefined;
  }
}

/** A model on the own machine costs nothing, also where its answer does not say what it counted. */
export const isFree = ({ provider }: Pick<PricedModel, 'provider'>) => /^ollama\b/.test(provider);

/** US dollars without the list of prices: by the user's `priceOf`, else by the response's own `usage.cost`. */
export function knownPrice(
  priceOf: PriceOf | undefined,
  usage: Usage | undefined,
  whose: PricedModel,
): number | undefined {
  if (usage === undefined) return isFree(whose) ? 0 : undefined;
  const own = priceOf && ownPrice(priceOf, usage, whose);
  return own ?? (isPrice(usage.cost) ? usage.cost : undefined);
}

/** US dollars by the user's `priceOf`, else by the response, else by the list, which is loaded when it is needed. */
export function bestPrice(
  priceOf: PriceOf | undefined,
  usage: Usage | undefined,
  whose: PricedModel,
): number | undefined {
  return knownPrice(priceOf, usage, whose) ?? (usage && listPrice(usage, whose));
}
