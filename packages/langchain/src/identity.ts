import type { CallIdentity } from '@cached-llm/core';

/** Of what LangChain writes into its model string, what no answer depends on. */
const NEUTRAL = [
  /^\w*api_?key$/i, // who pays; LangChain writes it out in clear
  /^(signal|timeout|maxRetries)$/, // whether it is waited for; their mere presence changes the string
  /^(fetch|dangerouslyAllowBrowser)$/, // how it travels
];

/** `name:JSON` entries, between commas that belong to no JSON value. */
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

/** What LangChain writes in place of an image, a file, or any block it knows no text for: `[image]`. */
const PLACEHOLDER = /\[[a-z][a-z_-]{2,}[a-z0-9_-]*( file)?\]/;

/** A tool that is given as an object, and not as its schema: all such tools are written alike. */
const ANY_TOOL = '"type":"not_implemented"';

/** May this prompt be two different calls? LangChain does not say. */
export function isLossy(prompt: string, model: string): boolean {
  const isChat = model.includes('_model:"base_chat_model"'); // other models get the very text
  return (isChat && PLACEHOLDER.test(prompt)) || model.includes(ANY_TOOL);
}

/** All that LangChain tells its cache of a call; without a canonical form, a bypass, where that is too little. */
export function identityOf(prompt: string, model: string): CallIdentity {
  const entries = entriesOf(model);
  const kept = entries.filter((entry) => !NEUTRAL.some((neutral) => neutral.test(nameOf(entry))));
  return {
    provider: 'langchain',
    operation: 'BaseCache',
    model: modelNameIn(entries),
    request: { prompt: isLossy(prompt, model) ? Symbol('lossy') : prompt, model: kept },
  };
}
