import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';

/** Keeps the active span across awaits, as an application's SDK does. */
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
    return target; // nothing here binds callbacks
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
