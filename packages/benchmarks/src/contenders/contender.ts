import * as crypto from 'node:crypto';

type Provider = (request: object) => Promise<unknown>;

/** One way to answer a repeated call of a provider. */
export interface Contender {
  readonly name: string;
  /** It stores only the text of a chat's answer. */
  readonly isForChat?: boolean;
  ask(request: object): Promise<unknown>;
}

/** Makes a contender with room for at least `entries` in memory. */
export type MakeContender = (call: Provider, entries: number) => Contender;

/** The quickest digest of a request that Node has, and the usual way to make a key. */
export const keyOf = (request: object): string =>
  crypto.hash === undefined
    ? crypto.createHash('sha256').update(JSON.stringify(request)).digest('hex')
    : crypto.hash('sha256', JSON.stringify(request));

/** The least that every cache has to do: a key, a look-up and a copy. */
export const limit: MakeContender = (call) => {
  const rows = new Map<string, string>();
  return {
    name: 'limit',
    async ask(request) {
      const key = keyOf(request);
      const found = rows.get(key);
      if (found !== undefined) return JSON.parse(found);
      const response = await call(request);
      rows.set(key, JSON.stringify(response));
      return response;
    },
  };
};
