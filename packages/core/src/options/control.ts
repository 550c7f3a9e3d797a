import { isFields } from '../key/index.ts';
import type { CallOptions } from './call-options.ts';
import { describeKind, invalidOption, LlmCacheError } from './errors.ts';
import {
  checkOptionNames,
  DEFAULT_POLICY,
  type Policy,
  policyForCall,
  policyWith,
} from './policy.ts';
import type { Duration } from './time.ts';

/** What a single call at an SDK's client may say to the cache. What it leaves out is as the client has it. */
export type CallControl = Pick<CallOptions, 'mode' | 'maxAge' | 'scope' | 'tags' | 'sample'> & {
  /** How long the answer is fresh. A function of the answer is an option of the client. */
  readonly ttl?: Duration | undefined;
};

/** A control that was read; or which field cannot be read and what to write there, for the event `bypass`. */
export type ReadControl =
  | { readonly control: CallControl }
  | { readonly field: string; readonly remedy: string };

/** The request header with the mode of a call, and what the names of the others begin with. */
const HEADER = 'x-cached-llm';

/** The headers of a control, by the names of its options. */
const HEADERS: Readonly<Record<keyof CallControl, string>> = {
  mode: HEADER,
  ttl: `${HEADER}-ttl`,
  maxAge: `${HEADER}-max-age`,
  scope: `${HEADER}-scope`,
  tags: `${HEADER}-tags`,
  sample: `${HEADER}-sample`,
};

/** In the header of a scope: it is not known whose call this is. No percent-encoded text is this. */
const NO_SCOPE = '?';

const NAMES = Object.keys(HEADERS) as readonly (keyof CallControl)[]; // the table has no other keys

/** Is this the name of a request header for the cache? No such header is sent to a provider. */
export function isControlHeader(name: string): boolean {
  return name.toLowerCase().startsWith(HEADER);
}

/** A header holds bytes, and a scope or a tag may hold any letter (RFC 9110 §5.5). */
function headerText(name: keyof CallControl, value: unknown): string {
  if (name === 'tags') return (value as readonly string[]).map(encodeURIComponent).join(','); // it was checked
  if (name === 'scope') return value === undefined ? NO_SCOPE : encodeURIComponent(String(value));
  if (name !== 'ttl' && name !== 'maxAge') return String(value);
  if (typeof value !== 'number') return String(value);
  return Number.isSafeInteger(Math.ceil(value)) ? `${Math.ceil(value)}ms` : 'Infinity';
}

/** Two headers of one name come as one, with a comma between them: nobody knows which scope is meant. */
function scopeIn(text: string): string | undefined {
  if (text.includes(',')) throw new URIError('A comma is not percent-encoded.');
  return text === NO_SCOPE ? undefined : decodeURIComponent(text);
}

/** @throws {URIError} for a text that is not percent-encoded as UTF-8 */
function headerValue(name: keyof CallControl, text: string): unknown {
  if (name === 'tags' && text === '') return [];
  if (name === 'tags') return text.split(',').map((tag) => decodeURIComponent(tag.trim()));
  if (name === 'scope') return scopeIn(text);
  if (name === 'sample') return /^\d+$/.test(text) ? Number(text) : text;
  return text === 'Infinity' ? Number.POSITIVE_INFINITY : text;
}

const TTL_REMEDY =
  "Write how long the answer is fresh, such as '1h'. Give a function to the client.";

/** @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION` */
function checkControl(control: CallControl): void {
  if (!isFields(control)) {
    const what = `is ${describeKind(control)}`;
    invalidOption('The control of a call', what, "Write an object: { mode: 'refresh' }.");
  }
  const names: readonly string[] = NAMES;
  const other = Object.keys(control).find((name) => !names.includes(name));
  checkOptionNames(control, []);
  if (other !== undefined) {
    invalidOption(other, 'is no option of a single call', `The options are ${names.join(', ')}.`);
  }
  if (typeof control.ttl === 'function') invalidOption('ttl', 'is a function', TTL_REMEDY);
  policyWith(DEFAULT_POLICY, control);
}

/** @throws {LlmCacheError} `INVALID_OPTION` for a text that no header can hold */
function headerOf(name: keyof CallControl, value: unknown): readonly [string, string] {
  try {
    return [HEADERS[name], headerText(name, value)];
  } catch {
    // The value is not repeated: it may name a person.
    return invalidOption(name, 'has half of a surrogate pair', 'Write whole characters.');
  }
}

/**
 * The request headers by which a single call of an SDK's client is controlled, for the option `headers` of the call:
 * `create(body, { headers: control({ mode: 'refresh' }) })`. They are read by the cache and are never sent.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION` for an unknown option or a bad value
 */
export function control(options: CallControl): Record<string, string> {
  checkControl(options);
  // A scope that is given as undefined is that of an unknown tenant, and never the scope of the client.
  const isGiven = (name: keyof CallControl) =>
    options[name] !== undefined || (name === 'scope' && Object.hasOwn(options, name));
  return Object.fromEntries(NAMES.filter(isGiven).map((name) => headerOf(name, options[name])));
}

/** An error's message shows the value, and no event shows that of a tag or a scope: it may name a person. */
function remedyFor(option: string, error: unknown): string {
  if (option === 'tags') return 'Write texts that are not empty, or use control().';
  return error instanceof LlmCacheError
    ? error.message
    : 'Write the value percent-encoded, as encodeURIComponent does, or use control().';
}

/** A control that is given as an object, such as the one in the AI SDK's provider options. This never throws. */
export function readControl(given: object, where: string): ReadControl {
  let field = where;
  try {
    const control: CallControl = { ...given }; // a copy, because the caller may change its own
    for (const [name, value] of Object.entries(control)) {
      field = `${where}.${name}`;
      checkControl({ [name]: value });
    }
    return { control };
  } catch (error) {
    return { field, remedy: remedyFor(field.slice(where.length + 1), error) };
  }
}

function readHeader(header: string, text: string): CallControl {
  const name = NAMES.find((each) => HEADERS[each] === header);
  if (name === undefined) {
    const known = Object.values(HEADERS).join(', ');
    return invalidOption(header, 'is no header of the cache', `The headers are ${known}.`);
  }
  const read = { [name]: headerValue(name, text) };
  checkControl(read);
  return read;
}

/** The control in a request's headers; undefined where there is none. This never throws. */
export function readControlHeaders(
  headers: Iterable<readonly [name: string, value: string]>,
): ReadControl | undefined {
  const found: CallControl[] = [];
  for (const [header, text] of headers) {
    if (!isControlHeader(header)) continue;
    try {
      found.push(readHeader(header, text));
    } catch (error) {
      return {
        field: `headers.${header}`,
        remedy: remedyFor(header.slice(HEADER.length + 1), error),
      };
    }
  }
  return found.length === 0 ? undefined : { control: Object.assign({}, ...found) };
}

/** The policy of a call under its control. What `replay` and `off` promise holds for every call: nothing is sent, and nothing stored. */
export function controlledPolicy(base: Policy, read: ReadControl | undefined): Policy {
  if (read === undefined || 'field' in read) return base;
  const policy = policyForCall(base, read.control);
  const isFixed = base.mode === 'replay' || base.mode === 'off';
  return isFixed ? { ...policy, mode: base.mode, maxAge: base.maxAge } : policy;
}
