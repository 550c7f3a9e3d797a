/** A stream to write text to, and what is known of the terminal behind it. */
export type Outlet = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** What the program sees of the process that it runs in. */
export interface Host {
  readonly stdout: Outlet;
  readonly stderr: Outlet;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder in which the program runs: relative paths begin here, and so does the search for the project. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborted when the user wants the program to end. A command then stops at the next safe point. */
  readonly signal: AbortSignal;
  /** Notes that a signal ended what the program ran: the program itself then ends by it, too. @default it is not noted */
  readonly endBy?: ((signal: NodeJS.Signals) => void) | undefined;
}
