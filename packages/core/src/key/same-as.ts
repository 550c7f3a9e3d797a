import { isFields } from './fields.ts';

/** The names that replace an origin, a base URL, a model or a deployment in the key. */
export type SameAs = ReadonlyMap<string, string>;

/** `https://host/` and `https://host` are one. */
const plainName = (name: string): string =>
  URL.canParse(name) && name.includes('://') ? new URL(name).href.replace(/\/+$/, '') : name;

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** The names that a user wrote. Undefined where they are no record of texts. */
export function readSameAs(given: unknown): SameAs | undefined {
  const isRecord = typeof given === 'object' && given !== null && !Array.isArray(given);
  const pairs = Object.entries(isRecord ? given : {});
  if (!isRecord || !pairs.every((pair) => pair.every(isName))) return undefined;
  return new Map(pairs.map(([name, same]) => [plainName(name), String(same)]));
}

/** The name for an address: that of its longest base, which ends where a part of its path does. */
function sameAddress(address: string, same: SameAs): string {
  const bases = [...same.keys()].filter(
    (base) =>
      base.includes('://') &&
      (address === base || /^[/?]/.test(address.slice(base.length))) &&
      address.startsWith(base),
  );
  const [base] = bases.sort((one, other) => other.length - one.length);
  const rest = base === undefined ? address : address.slice(base.length);
  const [path = '', ...query] = rest.split('?');
  const parts = path.split('/').map((part) => same.get(part) ?? part);
  const start = base === undefined ? '' : (same.get(base) ?? base);
  return [start + parts.join('/'), ...query].join('?');
}

/** `POST https://eu.example.com/v1/chat/completions`, or the name of a function, which is no address. */
function sameOperation(operation: string, same: SameAs): string {
  const [method = '', address] = operation.split(' ');
  if (address === undefined || !address.includes('://')) return operation;
  return `${method} ${sameAddress(address, same)}`;
}

/** Fields of a request that name a model or a deployment. */
const MODEL_FIELDS = ['model', 'modelId', 'deployment'];

interface Asked {
  readonly provider: string;
  readonly operation?: string | undefined;
  readonly model?: string | undefined;
  readonly url?: URL | undefined;
  readonly request: unknown;
}

/** A request whose address, model and deployment have the names of all that are the same to the user. */
export function withSameNames<Given extends Asked>(
  asked: Given,
  same: SameAs | undefined,
  modelOf: (asked: Given) => string | undefined,
): Given {
  if (same === undefined || same.size === 0) return asked;
  const { provider, operation, model = modelOf(asked), url, request } = asked;
  const nameOf = (name: string) => same.get(name) ?? name;
  const fields = isFields(request) ? request : {};
  const models = MODEL_FIELDS.filter((field) => isName(fields[field]));
  const renamed = Object.fromEntries(models.map((field) => [field, nameOf(String(fields[field]))]));
  return {
    ...asked,
    provider: provider === url?.host ? nameOf(url.origin) : provider, // there is no adapter
    operation: operation === undefined ? undefined : sameOperation(operation, same),
    model: model === undefined ? undefined : nameOf(model),
    request: isFields(request) ? { ...request, ...renamed } : request,
  };
}
