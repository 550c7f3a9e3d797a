import 'reflect-metadata';
import assert from 'node:assert';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { AskResolver, CountingGuard, Model } from './ask.resolver.js';

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  providers: [AskResolver, CountingGuard, Model],
})
class AppModule {}

const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/graphql`;
  const ask = async (query: string) => {
    const body = JSON.stringify({ query });
    const headers = { 'content-type': 'application/json' };
    const answered = await (await fetch(url, { method: 'POST', headers, body })).json();
    assert.equal(answered.errors, undefined);
    return JSON.stringify(answered.data);
  };
  for (const query of [
    '{ above(question: "a") { text } }',
    '{ below(question: { text: "b" }) { text } }',
    'mutation { ask(question: "c") { text } }',
    '{ above(question: "a") { summary(style: "short") } }',
  ]) {
    assert.equal(await ask(query), await ask(query), query);
  }
  const another = '{ above(question: "other") { text } }';
  assert.notEqual(await ask(another), await ask('{ above(question: "a") { text } }'));
  const bypassing = '{ uncached(question: "d") { text } }';
  assert.notEqual(await ask(bypassing), await ask(bypassing));
  assert.equal(warnings.filter((each) => each.includes('AskResolver.uncached')).length, 1);
  assert.equal(app.get(CountingGuard).count, 8); // a guard runs for a hit, too
  await app.close();
}

void main();
