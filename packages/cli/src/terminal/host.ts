/** Where text goes, and what is known of the terminal behind it. */
export type Outlet = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** What the program sees of the process it runs in. */
export interface Host {
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The user wants it to end: what is under way ends in order. */
  readonly signal: AbortSignal;
}
