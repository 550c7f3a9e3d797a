import { CachedLLM } from '@cached-llm/core';
import {
  Body,
  type CallHandler,
  type CanActivate,
  ConflictException,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  Inject,
  Injectable,
  type NestInterceptor,
  Param,
  type PipeTransform,
  Post,
  Query,
  Req,
  Res,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { IsString } from 'class-validator';
import { map, type Observable } from 'rxjs';
import { cache, ModelService, model, TenantService } from './model.service.js';

/** How often each of them ran. */
export const runs: Record<string, number> = { guard: 0, pipe: 0, interceptor: 0 };

@Injectable()
export class RoleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext) {
    runs.guard += 1;
    const role = this.reflector.get<string | undefined>('role', context.getHandler());
    return context.switchToHttp().getRequest().headers['x-role'] === role;
  }
}

@Injectable()
export class TrimPipe implements PipeTransform {
  transform(value: string) {
    runs.pipe += 1;
    return value.trim();
  }
}

@Injectable()
export class EnvelopeInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    runs.interceptor += 1;
    return next.handle().pipe(map((answer) => ({ answer })));
  }
}

const Language = createParamDecorator(
  (name: string, context: ExecutionContext) =>
    context.switchToHttp().getRequest().headers[name] ?? 'none',
);

export class QuestionDto {
  @IsString()
  question: string;
}

const Role = (role: string) => SetMetadata('role', role);

@Controller('ask')
export class AskController {
  constructor(
    private readonly service: ModelService,
    @Inject('french') private readonly french: ModelService,
    private readonly tenants: TenantService,
  ) {}

  @CachedLLM({ cache })
  @Get('above')
  @Role('user')
  @UseGuards(RoleGuard)
  @UseInterceptors(EnvelopeInterceptor)
  @Header('x-route', 'above')
  @HttpCode(203)
  async above(
    @Query('q', TrimPipe) question: string,
    @Language('accept-language') _language: string,
  ) {
    return model.answer(question);
  }

  @Get('below')
  @Role('user')
  @UseGuards(RoleGuard)
  @UseInterceptors(EnvelopeInterceptor)
  @Header('x-route', 'below')
  @HttpCode(203)
  @CachedLLM({ cache })
  async below(
    @Query('q', TrimPipe) question: string,
    @Language('accept-language') _language: string,
  ) {
    return model.answer(question);
  }

  @Get('service')
  async ofService(@Query('q') question: string) {
    return { answer: await this.service.ask(question) };
  }

  @Get('french')
  async ofSubclass(@Query('q') question: string) {
    return { answer: await this.french.ask(question) };
  }

  @Get('tenant')
  async ofTenant(@Query('q') question: string) {
    return { answer: await this.tenants.ask(question) };
  }

  @Post('body')
  @CachedLLM({ cache })
  async body(@Body() { question }: QuestionDto) {
    return { answer: model.answer(question) };
  }

  @Get('raw/:id')
  @CachedLLM({ cache })
  async raw(
    @Param('id') id: string,
    @Req() _request: object,
    @Res({ passthrough: true }) _response: object,
  ) {
    return { answer: model.answer(id) };
  }

  @Get('keyed/:id')
  @CachedLLM({ cache, key: (id: string) => ({ id }) })
  async keyed(@Param('id') id: string, @Req() _request: object) {
    return { answer: model.answer(id) };
  }

  @Get('conflict')
  @CachedLLM({ cache })
  async conflict() {
    model.answer('none');
    throw new ConflictException('busy');
  }
}
