import { shareOrigin } from '@cached-llm/core/adapter';

/** What the SDK made of a response, and what it shows of that: the headers are those of the response itself. */
interface Made {
  readonly data?: unknown;
  readonly rawResponse?: { readonly headers?: object };
}

type Requesting = (...asked: unknown[]) => Promise<Made>;

/** The methods by which others make their requests. */
function requestingOf(part: object): string[] {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(part));
  return names.filter((name) => /^__[a-z]/.test(name) && !name.endsWith('__'));
}

/** Each of them makes one request, and what it returns was made for this call alone. */
function traceRequests(part: object): void {
  for (const name of requestingOf(part)) {
    const request: Requesting | undefined = Reflect.get(part, name);
    if (typeof request !== 'function') continue;
    const value: Requesting = async (...asked) => {
      const made = await request.apply(part, asked);
      shareOrigin(made.rawResponse?.headers ?? [], made.data);
      return made;
    };
    Object.defineProperty(part, name, { value, configurable: true, writable: true });
  }
}

/** Lets what the SDK makes of a response come from the same call as the response: it reads the text of each itself. */
export function traceAnswers<Client extends object>(client: Client): Client {
  const parts: unknown[] = [
    client,
    ...['client', 'clientV2', 'v2'].map((name) => Reflect.get(client, name)),
  ];
  for (const part of parts) if (typeof part === 'object' && part !== null) traceRequests(part);
  return client;
}
