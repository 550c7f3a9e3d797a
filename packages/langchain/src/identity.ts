import type { CallIdentity } from '@cached-llm/core';

/** Entries of LangChain's model string that no answer depends on. */
const NEUTRAL = [
  /^\w*api_?key$/i, // who pays; LangChain writes it in plain text
  /^(signal|timeout|maxRetries)$/, // how long the caller waits; their presence alone changes the string
  /^(fetch|dangerouslyAllowBrowser)$/, // how the request travels
];

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

function modelNameIn(entries: readonly string[]): string | undefined {
  const entry = entries.find((each) => /^model(_name)?:"/.test(each));
  return entry?.slice(entry.indexOf('"') + 1, -1);
}

/** What LangChain writes in the place of an image, a file or any other block without a text: `[image]`. */
const PLACEHOLDER = /\[[a-z][a-z_-]{2,}[a-z0-9_-]*( file)?\]/;

/** What LangChain writes for every tool that is an object and not a schema. */
const UNNAMED_TOOL = '"type":"not_implemented"';

/** Could two different calls have this prompt and this model string? */
export function isLossy(prompt: string, model: string): boolean {
  const isChat = model.includes('_model:"base_chat_model"'); // any other model receives this exact text
  return (isChat && PLACEHOLDER.test(prompt)) || model.includes(UNNAMED_TOOL);
}

/** Everything that LangChain gives its cache of a call. Where that is ambiguous, a symbol makes the call a bypass. */
export function identityOf(prompt: string, model: string): CallIdentity {
  const entries = entriesOf(model);
  const inKey = entries.filter((entry) => !NEUTRAL.some((neutral) => neutral.test(nameOf(entry))));
  return {
    provider: 'langchain',
    operation: 'BaseCache',
    model: modelNameIn(entries),
    request: { prompt: isLossy(prompt, model) ? Symbol('lossy') : prompt, model: inKey },
  };
}
