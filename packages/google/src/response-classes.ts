import { type Fields, fieldsOf, type InstanceRules, SdkInstance } from '@cached-llm/core/adapter';
import { CountTokensResponse, EmbedContentResponse, GenerateContentResponse } from '@google/genai';

/** The classes of what the SDK returns and of its chunks. Their fields are plain; the rest are getters. */
const CLASSES = { GenerateContentResponse, EmbedContentResponse, CountTokensResponse };

type ClassName = keyof typeof CLASSES;

const NAMES: ReadonlySet<string> = new Set(Object.keys(CLASSES));

const isClassName = (name: unknown): name is ClassName => NAMES.has(String(name));

/** By the class itself, because a bundler may shorten its name; by its name in another copy of the SDK. */
function classNameOf(response: object): ClassName | undefined {
  const prototype: unknown = Object.getPrototypeOf(response);
  const names = Object.keys(CLASSES).filter(isClassName);
  const own = names.find((name) => CLASSES[name].prototype === prototype);
  const name = own ?? response.constructor?.name;
  return isClassName(name) ? name : undefined;
}

/** Where the application imports another copy of the SDK, its instances show that copy's classes. */
const seen = new Map<ClassName, object>();

/** The headers of an answer are its caller's own, so that only the content type is stored. */
function withoutHeaders(response: Fields): Fields {
  if (response.sdkHttpResponse === undefined) return response;
  const { headers } = fieldsOf(response.sdkHttpResponse);
  const type = fieldsOf(headers)['content-type'];
  return { ...response, sdkHttpResponse: { headers: { 'content-type': type } } };
}

/** Gives what the SDK's methods return the same class again, with its `text` and `functionCalls`. */
export const instances: InstanceRules = {
  write(response) {
    if (typeof response !== 'object' || response === null) return undefined;
    const name = classNameOf(response);
    if (name === undefined) return undefined;
    seen.set(name, Object.getPrototypeOf(response));
    return new SdkInstance(name, withoutHeaders({ ...response }));
  },
  read({ name, fields }) {
    if (!isClassName(name)) throw new TypeError('The SDK has no such class.');
    return Object.assign(Object.create(seen.get(name) ?? CLASSES[name].prototype), fields);
  },
};
