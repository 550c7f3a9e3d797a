import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CachedLLM } from '../../src/index.ts';
import { settled, startTrial } from '../trial.ts';

type Metadata = Map<unknown, unknown>;

/** What `reflect-metadata` adds to `Reflect`: metadata of an object, and of a property of one. */
function metadataOfReflect() {
  const all = new WeakMap<object, Map<PropertyKey | undefined, Metadata>>();
  const of = (target: object, property?: PropertyKey): Metadata => {
    const properties = all.get(target) ?? new Map<PropertyKey | undefined, Metadata>();
    const metadata = properties.get(property) ?? new Map<unknown, unknown>();
    all.set(target, properties.set(property, metadata));
    return metadata;
  };
  return {
    defineMetadata: (key: unknown, value: unknown, target: object, property?: PropertyKey) =>
      void of(target, property).set(key, value),
    getOwnMetadata: (key: unknown, target: object, property?: PropertyKey) =>
      of(target, property).get(key),
    getOwnMetadataKeys: (target: object, property?: PropertyKey) => [
      ...of(target, property).keys(),
    ],
    // The compiler calls this with the types of a method.
    metadata: (key: unknown, value: unknown) => (target: object, property?: PropertyKey) =>
      void of(target, property).set(key, value),
  };
}

const reflect = metadataOfReflect();
const { defineMetadata, getOwnMetadata, getOwnMetadataKeys } = reflect;

function install(): void {
  Object.assign(Reflect, reflect);
}

function uninstall(): void {
  for (const name of Object.keys(reflect)) Reflect.deleteProperty(Reflect, name);
}

type Decorator = (target: object, name: PropertyKey, descriptor: PropertyDescriptor) => void;

/** As the decorators of NestJS do: metadata of the function, which is a list for guards and the like. */
const Get =
  (path: string): Decorator =>
  (_target, _name, { value }) => {
    defineMetadata('path', path, value);
    defineMetadata('method', 0, value);
  };

const UseGuards =
  (...guards: readonly string[]): Decorator =>
  (_target, _name, { value }) => {
    const before = getOwnMetadata('guards', value);
    defineMetadata('guards', [...(Array.isArray(before) ? before : []), ...guards], value);
  };

/** As `@Body` does: metadata of the class by the name of the method. */
const Body = (target: object, name: PropertyKey, index: number) =>
  defineMetadata('arguments', { [`3:${index}`]: { index } }, target.constructor, name);

const metadataOf = (method: object) =>
  Object.fromEntries(getOwnMetadataKeys(method).map((key) => [key, getOwnMetadata(key, method)]));

describe('where Reflect has metadata', () => {
  beforeAll(install);
  afterAll(uninstall);

  test('a cached method has that of the decorators below it and above it', async () => {
    const { cache } = startTrial();
    class Controller {
      calls = 0;
      @CachedLLM({ cache })
      @Get('below')
      @UseGuards('inner')
      async below(@Body _body: { q: string }): Promise<number> {
        this.calls += 1;
        return this.calls;
      }
      @Get('above')
      @UseGuards('outer')
      @CachedLLM({ cache })
      async above(@Body _body: { q: string }): Promise<number> {
        this.calls += 1;
        return this.calls;
      }
      @UseGuards('outer')
      @CachedLLM({ cache })
      @UseGuards('inner')
      @Get('between')
      async between() {}
    }
    const { below, above, between } = Controller.prototype;
    expect(metadataOf(below)).toEqual({ path: 'below', method: 0, guards: ['inner'] });
    expect(metadataOf(above)).toEqual({ path: 'above', method: 0, guards: ['outer'] });
    expect(metadataOf(between)).toEqual({ path: 'between', method: 0, guards: ['inner', 'outer'] });
    for (const name of ['below', 'above'] as const) {
      const { prototype } = Controller;
      expect(getOwnMetadata('arguments', Controller, name)).toEqual({ '3:0': { index: 0 } });
      expect(getOwnMetadata('design:type', prototype, name)).toBe(Function);
      expect(getOwnMetadata('design:paramtypes', prototype, name)).toEqual([Object]);
      expect(getOwnMetadata('design:returntype', prototype, name)).toBe(Promise);
    }
    const controller = new Controller();
    expect([await controller.below({ q: 'a' }), await controller.above({ q: 'a' })]).toEqual([
      1, 2,
    ]);
    await settled();
    expect([await controller.below({ q: 'a' }), await controller.above({ q: 'a' })]).toEqual([
      1, 2,
    ]);
  });

  test('what is written to a cached method later is not on the method itself', () => {
    const given: unknown[] = [];
    const note: Decorator = (_target, _name, { value }) => void given.push(value);
    class Controller {
      @Get('a')
      @CachedLLM({ cache: startTrial().cache })
      @note
      async ask() {}
    }
    expect(metadataOf(given[0] as object)).toEqual({});
    expect(metadataOf(Controller.prototype.ask)).toMatchObject({ path: 'a' });
  });

  test('of static methods and generators, too', () => {
    const { cache } = startTrial();
    class Controller {
      @CachedLLM({ cache })
      @Get('static')
      static async ask() {}
      @CachedLLM({ cache })
      @Get('stream')
      async *stream() {
        yield 1;
      }
    }
    expect(metadataOf(Controller.ask)).toMatchObject({ path: 'static' });
    expect(metadataOf(Controller.prototype.stream)).toMatchObject({ path: 'stream' });
  });
});

describe('without metadata of Reflect', () => {
  const Fields =
    (fields: object): Decorator =>
    (_target, _name, { value }) =>
      void Object.assign(value, fields);

  test('a cached method has the name, the length and the fields of the method', async () => {
    const { cache } = startTrial();
    const mark = Symbol('mark');
    class Service {
      @Fields({ over: 1 })
      @CachedLLM({ cache })
      @Fields({ [mark]: 'below', isRoute: true, keyOf: 'of the method' })
      async ask(question: string, _options: object) {
        return question;
      }
      @CachedLLM({ cache })
      @Fields({ isRoute: true })
      async *stream(question: string) {
        yield question;
      }
    }
    const { ask, stream } = Service.prototype;
    expect([ask.name, ask.length, stream.name, stream.length]).toEqual(['ask', 2, 'stream', 1]);
    expect({ ...ask }).toMatchObject({ over: 1, [mark]: 'below', isRoute: true });
    expect(ask).toHaveProperty('keyOf', expect.any(Function)); // the cache's own, as beside any cached function
    expect(stream).toHaveProperty('isRoute', true);
    expect(await new Service().ask('p', {})).toBe('p');
  });

  test('a Reflect that has some other part of it is left alone', () => {
    Object.assign(Reflect, { getOwnMetadataKeys: () => ['path'] });
    class Service {
      @CachedLLM({ cache: startTrial().cache })
      async ask() {}
    }
    uninstall();
    expect(Service.prototype.ask.name).toBe('ask');
  });
});

describe('in a class as Angular and TypeORM decorate one', () => {
  const registered: { readonly target: object; readonly name: PropertyKey }[] = [];
  const BeforeInsert: Decorator = (target, name) =>
    void registered.push({ target: target.constructor, name });
  /** Returns another class in place of the class. */
  const Replaced = <Class extends new (...given: any[]) => object>(Given: Class): Class =>
    class extends Given {};

  test('a cached method is found by its name, and its answers are by class', async () => {
    const { cache } = startTrial();
    @Replaced
    class Post {
      title = 'sea';
      @BeforeInsert
      @CachedLLM({
        cache,
        key(this: Post) {
          return { title: this.title };
        },
      })
      async summarise(): Promise<string> {
        return `about ${this.title}`;
      }
    }
    const [{ name } = { name: '' }] = registered;
    const one = new Post();
    expect(await Reflect.get(one, name).call(one)).toBe('about sea');
    await settled();
    const two = Object.assign(new Post(), { title: 'sand' });
    expect([await two.summarise(), await new Post().summarise()]).toEqual([
      'about sand',
      'about sea',
    ]);
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2 });
  });
});
