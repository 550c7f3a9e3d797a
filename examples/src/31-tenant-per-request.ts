// A service that a framework makes for each request: `scope` reads the tenant of its `this`, and no two tenants share an answer.
import { CachedLLM, createLlmCache } from '@cached-llm/core';

const cache = createLlmCache();

// In NestJS: @Injectable({ scope: Scope.REQUEST }), with @Inject(REQUEST) in the constructor
class Assistant {
  readonly tenant: string | undefined;

  constructor(request: { headers: Record<string, string | undefined> }) {
    this.tenant = request.headers['x-tenant'];
  }

  @CachedLLM({
    cache,
    scope(this: Assistant) {
      return this.tenant; // a call without a tenant bypasses the cache
    },
  })
  async ask(question: string) {
    return `for ${this.tenant}: ${question}`; // your call to a model
  }
}

for (const tenant of ['one', 'two', 'one', undefined]) {
  const assistant = new Assistant({ headers: { 'x-tenant': tenant } });
  console.log(await assistant.ask('Why is the sea salty?'));
}
const { hits, misses, bypasses } = cache.stats();
console.log({ hits, misses, bypasses });
