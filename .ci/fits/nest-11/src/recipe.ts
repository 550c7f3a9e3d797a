import { CachedLLM, createLlmCache } from '@cached-llm/core';
import { redisStore } from '@cached-llm/store-redis';
import {
  BadRequestException,
  Controller,
  Get,
  Headers,
  Injectable,
  Module,
  type OnApplicationShutdown,
  Query,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OpenAI } from 'openai';

const cache = createLlmCache({
  store: redisStore({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' }),
  ttl: '1h',
});

@Injectable()
export class AskService {
  readonly #client = new OpenAI();

  @CachedLLM({
    cache,
    provider: 'openai',
    key: (question: string) => ({ question }),
    scope: (_question: string, tenant: string) => tenant,
  })
  async ask(question: string, tenant: string): Promise<string> {
    const { choices } = await this.#client.chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: question }],
      user: tenant,
    });
    return choices[0]?.message.content ?? '';
  }
}

@Controller('ask')
export class AskController {
  constructor(private readonly service: AskService) {}

  @Get()
  async ask(@Query('question') question: string, @Headers('x-tenant') tenant?: string) {
    if (!tenant) throw new BadRequestException('Name the tenant in x-tenant.');
    return { text: await this.service.ask(question, tenant) };
  }
}

@Module({ controllers: [AskController], providers: [AskService] })
export class AppModule implements OnApplicationShutdown {
  async onApplicationShutdown(): Promise<void> {
    await cache.close();
  }
}

async function main() {
  const application = await NestFactory.create(AppModule);
  application.enableShutdownHooks();
  await application.listen(process.env.PORT ?? 3000);
}

void main();
