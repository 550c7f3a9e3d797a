import { CachedLLM, createLlmCache } from '@cached-llm/core';
import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import {
  Args,
  Context,
  Field,
  InputType,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';

const cache = createLlmCache();

@InputType()
export class Question {
  @Field()
  text: string;
}

@ObjectType()
export class Answer {
  @Field()
  text: string;
}

/** Counts the calls that it lets through. */
@Injectable()
export class CountingGuard implements CanActivate {
  count = 0;

  canActivate(): boolean {
    this.count += 1;
    return true;
  }
}

/** Stands in for a provider: each of its answers is a new one. */
@Injectable()
export class Model {
  async complete(prompt: string): Promise<Answer> {
    return { text: `answer ${Math.random()} to ${prompt}` };
  }
}

@Resolver(() => Answer)
export class AskResolver {
  constructor(private readonly model: Model) {}

  @CachedLLM({ cache, ttl: '1h' })
  @UseGuards(CountingGuard)
  @Query(() => Answer)
  async above(@Args('question') question: string): Promise<Answer> {
    return this.model.complete(question);
  }

  @UseGuards(CountingGuard)
  @Query(() => Answer)
  @CachedLLM({ cache, ttl: '1h' })
  async below(@Args('question') question: Question): Promise<Answer> {
    return this.model.complete(question.text);
  }

  // A context cannot be in a key, so the key says what counts.
  @Mutation(() => Answer)
  @CachedLLM({ cache, ttl: '1h', key: (question: string) => question })
  async ask(@Args('question') question: string, @Context() _context: unknown): Promise<Answer> {
    return this.model.complete(question);
  }

  // Without a key it bypasses the cache, and one warning names the argument.
  @Query(() => Answer)
  @CachedLLM({ cache, ttl: '1h' })
  async uncached(
    @Args('question') question: string,
    @Context() _context: unknown,
  ): Promise<Answer> {
    return this.model.complete(question);
  }

  @ResolveField(() => String)
  @CachedLLM({ cache, ttl: '1h' })
  async summary(@Parent() parent: Answer, @Args('style') style: string): Promise<string> {
    return (await this.model.complete(`${style}: ${parent.text}`)).text;
  }
}
