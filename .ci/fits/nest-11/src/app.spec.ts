import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { check } from './check.js';

const logger = ['error'] as 'error'[];

test('routes and services are cached over Express', async () => {
  await check(await NestFactory.create(AppModule, { logger }));
});

test('routes and services are cached over Fastify', async () => {
  await check(await NestFactory.create(AppModule, new FastifyAdapter(), { logger }));
});
