import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { faultKind } from './driver/index.ts';

/** The path names something that is no file of this store. It stays as it is, and only a person can correct it. */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
  /** `NOT_A_STORE_FILE`, or the code of the file system. */
  readonly code: string;
  readonly isPermanent = true;
  /** What to do. A log may show it. */
  readonly remedy: string;

  constructor(code: string, remedy: string, options?: ErrorOptions) {
    super(remedy, options);
    this.code = code;
    this.remedy = remedy;
  }
}

const ANOTHER = 'It stays as it is. Name another file, such as sqlite:./llm.db.';

export function unusable(code: string, what: string): UnusableFileError {
  return new UnusableFileError(code, `${what} ${ANOTHER}`);
}

/** These are over when another process has closed files, and say nothing of the path. */
const PASSING = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EBUSY']);

/** What a person does where the code alone says it. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: make room on it',
  EDQUOT: 'The disk is full for this user: make room on it',
  ELOOP: 'Its links lead in a circle: correct them',
  ENAMETOOLONG: 'The name is too long: shorten it',
  EROFS: 'The disk is read-only: let it be written to',
};

/** The error for a path that the file system refuses. */
export function unusableBy(cause: unknown, what: string, remedy: string): unknown {
  const { code, syscall } = (cause ?? {}) as NodeJS.ErrnoException; // caught: anything
  if (cause instanceof UnusableFileError || code === undefined || PASSING.has(code)) return cause;
  if (syscall === undefined) return cause;
  const words = `${what} (${code}). ${REMEDIES[code] ?? remedy}, or name another file.`;
  return new UnusableFileError(code, words, { cause });
}

const isAllowed = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** Why this user cannot use a file, and what to do. Undefined where the rights do not forbid it. */
async function forbiddance(path: string): Promise<string | undefined> {
  if (!(await isAllowed(path, constants.F_OK))) return undefined;
  if (!(await isAllowed(path, constants.R_OK)))
    return `This user may not read ${path}. Let it read and write the file, or name another one.`;
  if (!(await isAllowed(path, constants.W_OK)))
    return `This user may not write to ${path}. Let it, or name another file.`;
  const folder = dirname(path);
  if (await isAllowed(folder, constants.W_OK)) return undefined;
  return `This user may not write to the folder ${folder}, where the log of ${path} has to be made. Let it, or name another file.`;
}

/**
 * The error of an operation on a path, with what to do where the file system or the rights of the file say it.
 * @param marks what else a store states on its errors
 */
export async function explained(
  path: string,
  error: unknown,
  marks: { readonly isPermanent?: true },
): Promise<unknown> {
  if (faultKind(error) !== 'obstacle')
    return unusableBy(error, `${path} cannot be used`, 'Let this user into its folder');
  const remedy = await forbiddance(path);
  return remedy === undefined ? error : Object.assign(error as Error, marks, { remedy }); // the driver's own
}
