/** What became of a call that passed the proxy. Nothing of a prompt, an answer or a key is in it. */
export interface ProxiedCall {
  /** The name of the route, such as `openai`. Undefined where no route was found. */
  readonly route: string | undefined;
  readonly model: string | undefined;
  /** How it was answered: `hit`, `stale`, `miss`, `collapsed`, `bypass`, `replay-miss` or `refused`. */
  readonly outcome: string;
  /** The HTTP status. 0 where the client left before there was one. */
  readonly status: number;
  /** Milliseconds from the head of the request to the end of the response. */
  readonly ms: number;
  /** Tokens that the provider counted for this answer. Undefined where that is unknown. */
  readonly tokens: number | undefined;
  /** What was not spent, in US dollars. Undefined where that is unknown. */
  readonly saved: number | undefined;
}
