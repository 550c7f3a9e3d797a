import {
  fieldsOf,
  isControlHeader,
  isFields,
  type ReadControl,
  readControl,
  readControlHeaders,
} from '@cached-llm/core/adapter';

interface Parameters {
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly providerOptions?: unknown;
}

/** The name under which a call says to the cache what it wants, beside the options for the providers. */
const OPTIONS = 'cachedLlm';

interface ControlledCall<Given> {
  /** The parameters without what is for the cache: that is never sent. */
  readonly sent: Given;
  readonly control: ReadControl | undefined;
}

function inOptions(providerOptions: unknown): ReadControl | undefined {
  const given = fieldsOf(providerOptions)[OPTIONS];
  if (given === undefined) return undefined;
  const field = `providerOptions.${OPTIONS}`;
  return isFields(given)
    ? readControl(given, field)
    : { field, remedy: "Write an object with the options of a single call: { mode: 'refresh' }." };
}

function inHeaders(headers: Parameters['headers']): ReadControl | undefined {
  const controls = Object.entries(headers ?? {}).filter(([name]) => isControlHeader(name));
  if (controls.length === 0) return undefined;
  const given = controls.map(([name, value]): [string, string] => [name, value ?? '']);
  return readControlHeaders(new Headers(given));
}

/** Both ways may be used at once: the options count where they say the same as the headers. */
function together(one: ReadControl | undefined, other: ReadControl): ReadControl {
  if (one === undefined || 'field' in other) return other;
  return 'field' in one ? one : { control: { ...one.control, ...other.control } };
}

/** Takes what a call says to the cache out of its parameters: `providerOptions.cachedLlm`, and the headers of `control()`. */
export function takeControl<Given extends Parameters>(params: Given): ControlledCall<Given> {
  const { headers, providerOptions } = params;
  const byHeaders = inHeaders(headers);
  const byOptions = inOptions(providerOptions);
  if (byHeaders === undefined && byOptions === undefined)
    return { sent: params, control: undefined };
  const isSent = ([name]: [string, unknown]) => !isControlHeader(name);
  const { [OPTIONS]: _control, ...others } = fieldsOf(providerOptions);
  const sent = {
    ...params,
    ...(byHeaders && { headers: Object.fromEntries(Object.entries(headers ?? {}).filter(isSent)) }),
    ...(byOptions && { providerOptions: others }),
  };
  return { sent, control: byOptions === undefined ? byHeaders : together(byHeaders, byOptions) };
}
