/** Told to `error` listeners when a damaged file was set aside. Nothing is lost that could still be read by hand. */
export class QuarantinedFileError extends Error {
  override readonly name = 'QuarantinedFileError';
  /** Stable: compare this, not the message. */
  readonly code = 'quarantined';
  /** Where the damaged file is now. */
  readonly quarantinedAs: string;

  constructor(path: string, quarantinedAs: string, options: ErrorOptions) {
    super(
      `${path} is no sound SQLite file. It is now ${quarantinedAs}, and a new one is used.`,
      options,
    );
    this.quarantinedAs = quarantinedAs;
  }
}
