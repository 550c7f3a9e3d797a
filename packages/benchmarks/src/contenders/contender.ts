type Provider = (request: object) => Promise<unknown>;

/** One way to answer a repeated call of a provider. */
export interface Contender {
  readonly name: string;
  /** Keeps the text of a chat's answer, and nothing else. */
  readonly isForChat?: boolean;
  ask(request: object): Promise<unknown>;
}

/** Makes one that holds so many entries at least, in memory. */
export type MakeContender = (call: Provider, entries: number) => Contender;
