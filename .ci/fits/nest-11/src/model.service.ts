import { CachedLLM, createLlmCache } from '@cached-llm/core';
import { Inject, Injectable, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';

export const cache = createLlmCache();

/** In place of a provider: it counts its calls. */
export const model = {
  calls: 0,
  answer(question: string) {
    model.calls += 1;
    return `${question} ${model.calls}`;
  },
};

@Injectable()
export class ModelService {
  readonly language: string = 'English';

  @CachedLLM({ cache, provider: 'model' })
  async ask(question: string) {
    return model.answer(`${this.language} ${question}`);
  }
}

/** Another class in its place, which inherits what is cached. */
@Injectable()
export class FrenchService extends ModelService {
  override readonly language = 'French';

  @CachedLLM({ cache, provider: 'model' })
  override async ask(question: string) {
    return `Bien : ${await super.ask(question)}`;
  }
}

/** One for each request, with the tenant that it is for. */
@Injectable({ scope: Scope.REQUEST })
export class TenantService {
  readonly tenant: string | undefined;

  constructor(@Inject(REQUEST) request: { headers: Record<string, string | undefined> }) {
    this.tenant = request.headers['x-tenant'];
  }

  @CachedLLM({
    cache,
    scope(this: TenantService) {
      return this.tenant;
    },
  })
  async ask(question: string) {
    return model.answer(`${this.tenant} ${question}`);
  }
}
