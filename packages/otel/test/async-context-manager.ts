import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

/** Preserves the active span across awaits, as the SDK of an application does. */
export class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<Arguments extends unknown[], Run extends (...given: Arguments) => ReturnType<Run>>(
    active: Context,
    run: Run,
    thisArgument?: ThisParameterType<Run>,
    ...given: Arguments
  ): ReturnType<Run> {
    return this.#storage.run(active, () => run.apply(thisArgument, given));
  }

  bind<Target>(_context: Context, target: Target): Target {
    return target; // no test binds callbacks
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
