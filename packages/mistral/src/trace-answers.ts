import { shareOrigin } from '@cached-llm/core/adapter';

type Method = (...asked: unknown[]) => Promise<unknown>;

/** The methods by part of the client. */
const METHODS = {
  chat: ['complete', 'parse', 'parseStream', 'stream'],
  fim: ['complete', 'stream'],
  embeddings: ['create'],
} as const;

/** What sends the request of a method, and retries it: its result has the response of HTTP. */
type Send = (...sent: unknown[]) => Promise<{ readonly value?: unknown }>;

/** The part of the client for one call, which keeps the response that this call gets. */
class OneCall {
  response: object | undefined;

  /** All but the sending is done by the part itself, which has private fields. */
  on(part: object): object {
    return new Proxy(part, {
      get: (_target, name) => {
        const value: unknown = Reflect.get(part, name);
        if (typeof value !== 'function') return value;
        return name === '_do' ? this.#sending(value.bind(part) as Send) : value.bind(part);
      },
    });
  }

  #sending(send: Send): Send {
    return async (...sent) => {
      const result = await send(...sent);
      if (result.value instanceof Response) this.response = result.value;
      return result;
    };
  }
}

function traceMethod(part: object, name: string): void {
  const method: Method | undefined = Reflect.get(part, name);
  if (typeof method !== 'function') return;
  const traced = {
    async [name](...asked: unknown[]) {
      const call = new OneCall();
      const made = await method.apply(call.on(part), asked);
      return shareOrigin(call.response ?? [], made);
    },
  };
  Object.defineProperty(part, name, { value: traced[name], configurable: true, writable: true });
}

/**
 * Lets what the SDK makes of a response come from the same call as the response: it reads the text of each itself, and
 * takes over nothing of the response.
 */
export function traceAnswers<Client extends object>(client: Client): Client {
  for (const [name, methods] of Object.entries(METHODS)) {
    const part: unknown = Reflect.get(client, name);
    if (typeof part !== 'object' || part === null) continue;
    for (const method of methods) traceMethod(part, method);
  }
  return client;
}
