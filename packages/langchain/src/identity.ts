import type { CallIdentity } from '@cached-llm/core';
import { type Bypass, type Fields, isGiven } from '@cached-llm/core/adapter';
import { type Account, accountOf } from './account.ts';

/**
 * LangChain's names of the classes whose model string says who answers, and with which settings. `ChatOpenAI`, `OpenAI` and their
 * direct subclass `ChatDeepSeek` write their parameters and the configuration of their client (`_identifyingParams` in
 * @langchain/openai 1.0 to 1.6, `chat_models/base.ts` and `llms.ts`). All others leave out the base URL (`ChatAnthropic`,
 * `AzureChatOpenAI`), or the model and the temperature as well (`ChatOllama`, `ChatGoogleGenerativeAI`, `ChatMistralAI`,
 * `ChatBedrockConverse`, `ChatGroq`, `ChatCohere`, the fakes of LangChain).
 */
const DESCRIBED_IN_FULL: ReadonlySet<string> = new Set(['openai', 'deepseek']);

/** Entries of LangChain's model string that no answer depends on. */
const NEUTRAL = [
  /^\w*api_?key$/i, // who pays; LangChain writes it in plain text
  /^(signal|timeout|maxRetries)$/, // how long the caller waits; their presence alone changes the string
  /^(fetch|middleware|dangerouslyAllowBrowser)$/, // how the request travels; who answers behind them is said by `identity`
  // What LangGraph's runtime passes to each node, and a node passes on with `...config`. These are ids, times and attempts of the
  // run, its streams and its checkpoints (CONFIG_KEYS in @langchain/langgraph 1.x, `pregel/utils/config.ts`).
  /^(executionInfo|serverInfo|control|heartbeat|writer|interrupt|interruptBefore|interruptAfter)$/,
  /^(outputKeys|streamMode|checkpointDuring|durability|previous)$/,
];

/** LangGraph's own data under names that a model might have too. Classes that are described in full send neither. */
const NEUTRAL_OBJECTS = /^(store|context):(\{|undefined$|null$)/;

/** Read by the client of OpenAI where the model's configuration is silent (`client.ts` in openai 5 and 6). */
const CLIENT_ENVIRONMENT = ['OPENAI_BASE_URL', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID'] as const;

/** The string has the form `name:JSON,name:JSON`. A comma separates two entries where it is outside of all JSON values. */
function entriesOf(model: string): readonly string[] {
  const entries: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of model.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (token !== ',' || depth > 0) continue;
    entries.push(model.slice(start, index));
    start = index + 1;
  }
  return [...entries, model.slice(start)];
}

const nameOf = (entry: string) => entry.slice(0, entry.indexOf(':'));

function textAt(entries: readonly string[], name: RegExp): string | undefined {
  const entry = entries.find((each) => name.test(each));
  return entry?.slice(entry.indexOf('"') + 1, -1);
}

const modelNameIn = (entries: readonly string[]) => textAt(entries, /^model(_name)?:"/);

/** What LangChain writes in the place of an image, a file or any other block without a text: `[image]`. */
const PLACEHOLDER = /\[[a-z][a-z_-]{2,}[a-z0-9_-]*( file)?\]/;

/** What LangChain writes for every tool that is an object and not a schema. */
const UNNAMED_TOOL = '"type":"not_implemented"';

/** Could two different calls have this prompt and this model string? */
function isLossy(prompt: string, model: string): boolean {
  const isChat = model.includes('_model:"base_chat_model"'); // any other model receives this exact text
  return (isChat && PLACEHOLDER.test(prompt)) || model.includes(UNNAMED_TOOL);
}

function isDescribedInFull(entries: readonly string[]): boolean {
  const type = textAt(entries, /^_type:"/);
  const named = ['model', 'model_name'].every((name) =>
    entries.some((each) => nameOf(each) === name),
  );
  return type !== undefined && DESCRIBED_IN_FULL.has(type) && named;
}

const OWN_FETCH =
  'A model with a `fetch` or a `middleware` of its own may ask another provider than its base URL names, or something else, so its calls are not cached. Make a fetch by cachedFetch and leave CachedLlmCache out. Otherwise say who answers: new CachedLlmCache({ identity: { baseURL } }).';

/** A function changes what is asked or by whom, and LangChain writes `fetch:undefined` and `middleware:[null]` for any. */
const isHidden = (entry: string) => /^(fetch|middleware)$/.test(nameOf(entry));

function remedyFor(type: string | undefined): string {
  const named = /^[\w-]{1,40}$/.test(type ?? '') ? `'${type}'` : 'unnamed';
  return `LangChain does not tell its cache which model, settings and URL answer for models of the type ${named}, so their calls are not cached. Give the model a fetch made by cachedFetch where it takes one. Otherwise say who answers: new CachedLlmCache({ identity: { model, temperature, baseURL } }).`;
}

/** Why it is not known who answers, and what to do. Undefined for a model whose string says it. */
function remedyIn(entries: readonly string[], isKnown: boolean): string | undefined {
  if (!isKnown) return remedyFor(textAt(entries, /^_type:"/));
  return entries.some(isHidden) ? OWN_FETCH : undefined;
}

/** The settings of a model, by name. Undefined where two of them have one name. */
function settingsOf(entries: readonly string[], isKnown: boolean): Fields | undefined {
  const isNeutral = (entry: string) =>
    NEUTRAL.some((neutral) => neutral.test(nameOf(entry))) ||
    (isKnown && NEUTRAL_OBJECTS.test(entry));
  const inKey = entries.filter((entry) => !isNeutral(entry));
  const settings = Object.fromEntries(
    inKey.map((entry) => [nameOf(entry), entry.slice(nameOf(entry).length + 1)]),
  );
  return Object.keys(settings).length === inKey.length ? settings : undefined;
}

function environment(isKnown: boolean): Fields | undefined {
  const given = CLIENT_ENVIRONMENT.filter((name) => isKnown && process.env[name]);
  return given.length === 0
    ? undefined
    : Object.fromEntries(given.map((name) => [name, process.env[name]]));
}

/** The warning for an answer in a form that LangChain does not tell its cache. */
export const OTHER_FORM =
  "A model with outputVersion: 'v1' gives its answers another form, and LangChain does not tell its cache, so they are not stored. Say so: new CachedLlmCache({ identity: { outputVersion: 'v1' } }).";

/** Fields by which OpenAI continues from what it stores, or answers later than this call ends. */
const isStateful = ({ previous_response_id: previous, conversation, background }: Fields) =>
  isGiven(previous) || isGiven(conversation) || background === true;

const STATEFUL = { bypass: 'stateful', provider: 'langchain' } as const;

const NOT_CANONICAL = { bypass: 'not-canonical', provider: 'langchain', field: 'prompt' } as const;

/** What is known of a call beside LangChain's two texts. */
interface Told {
  /** What the user says of the model. */
  readonly said: Fields | undefined;
  /** The cache is for callers of every account: no digest of a credential is in a key. */
  readonly isForAnyAccount: boolean;
}

/** What a call is, and whose its answer is where it is not for all. */
interface Identified {
  readonly identity: CallIdentity;
  readonly account: Account | undefined;
}

/**
 * Everything that LangChain gives its cache of a call, and what the user says of the model. If two different calls could look the
 * same, it is why the call bypasses the cache.
 */
export function identityOf(
  prompt: string,
  model: string,
  { said, isForAnyAccount }: Told,
): Identified | Bypass {
  const entries = entriesOf(model);
  const isKnown = isDescribedInFull(entries);
  const remedy = said === undefined ? remedyIn(entries, isKnown) : undefined;
  if (remedy !== undefined) return { bypass: 'unidentified', provider: 'langchain', remedy };
  const settings = settingsOf(entries, isKnown);
  if (settings === undefined || isLossy(prompt, model)) return NOT_CANONICAL;
  const parsed = parsedEntries(entries);
  if (isStateful(parsed)) return STATEFUL;
  const account = isForAnyAccount ? undefined : accountOf(parsed);
  const saidModel = typeof said?.model === 'string' ? said.model : undefined;
  const identity = {
    provider: 'langchain',
    operation: 'BaseCache',
    model: modelNameIn(entries) ?? saidModel,
    headers: account?.headers,
    request: { prompt, settings, identity: said, environment: environment(isKnown) },
  };
  return { identity, account };
}

/** What was asked, as far as LangChain tells it: the rules of what may be stored look for a format and for tools in it. */
export function requestIn(prompt: string, model: string, said: Fields | undefined): Fields {
  return { ...said, ...parsedEntries(entriesOf(model)), prompt };
}

/** The entries of the model string, as what they were before LangChain wrote them down. */
function parsedEntries(entries: readonly string[]): Fields {
  const settings = entries.map((entry) => {
    const name = nameOf(entry);
    return [name, parsedJson(entry.slice(name.length + 1))] as const;
  });
  return Object.fromEntries(settings);
}

/** An option that is a function has no JSON: LangChain writes `undefined`. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
