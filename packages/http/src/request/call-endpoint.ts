import type { CallEndpoint } from '@cached-llm/core/adapter';

/**
 * What a path asks for, by the conventions of OpenTelemetry for generative AI. The first expression that matches counts.
 * The paths are those of `endpoints.ts`, where each has its source.
 */
const OPERATIONS: readonly (readonly [path: RegExp, operation: string])[] = [
  [/(embed|embedding|embeddings|embedContent|batchEmbedContents|:predict)$/, 'embeddings'],
  [/:(generateContent|streamGenerateContent)$/, 'generate_content'],
  [/\/rerank$/, 'rerank'],
  [/\/(chat\/completions|chat|chat_stream|responses|messages)$/, 'chat'],
  [/\/model\/[^/]+\/(converse|converse-stream|invoke|invoke-with-response-stream)$/, 'chat'],
  [/:(rawPredict|streamRawPredict)$/, 'chat'],
  [/\/(completions?|generate|generate_stream|generation|generation_stream)$/, 'text_completion'],
];

function endpointOf({ protocol, hostname, port, pathname }: URL): CallEndpoint {
  const address = hostname.replace(/^\[(.*)\]$/, '$1'); // IPv6
  return {
    operation: OPERATIONS.find(([path]) => path.test(pathname))?.[1],
    address,
    port: Number(port || (protocol === 'http:' ? 80 : 443)),
  };
}

/** Clients ask the same few paths again and again. */
const known = new Map<string, CallEndpoint>();
const MOST_KNOWN = 256;

/** What is asked for at a URL, and of which host. Nothing else of the URL is in it: a path may contain a secret. */
export function callEndpoint(url: URL): CallEndpoint {
  const place = `${url.origin}${url.pathname}`;
  const found = known.get(place);
  if (found !== undefined) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  const made = Object.freeze(endpointOf(url));
  known.set(place, made);
  return made;
}
