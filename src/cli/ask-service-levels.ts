import { Problem } from '../common/problem';
import { type ServiceLevelsAnswer, serviceLevelsAnswer } from '../service-levels/service-levels-answer';

/** A service that takes longer is as good as silent. */
const timeoutMs = 15_000;

interface Reply {
  readonly status: number;
  /** Undefined where it is not JSON. */
  readonly body: unknown;
}

async function ask(url: string, key: string | undefined): Promise<Reply> {
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const reply = await fetch(`${url}/v1/service-levels`, { headers, signal, redirect: 'manual' });
    const text = await reply.text();
    return {
      status: reply.status,
      body: reply.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined,
    };
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    const reason = cause?.code ?? (name === 'TimeoutError' ? `nothing within ${timeoutMs / 1000} s` : 'no HTTP');
    throw new Problem(503, 'service_silent', `No service answers at ${url} (${reason}); is it running? Else: --url`);
  }
}

function explainRefusal(url: string, { status, body }: Reply, keySource: string): Problem {
  const { code, detail } = (body ?? {}) as { code?: unknown; detail?: unknown };
  const told = typeof detail === 'string' ? `: ${detail}` : '';
  if (status === 401 || status === 403) {
    const advice = 'Make one with npm run cli -- keys add --user NAME --scopes admin, and give it with --key.';
    return new Problem(
      status,
      String(code),
      `${url} wants a key with the scope admin and refuses ${keySource}${told} ${advice}`,
    );
  }
  if (status === 404 || body === undefined) {
    return new Problem(
      502,
      'not_this_service',
      `What answers at ${url} is no Health Export of this version (${status}).`,
    );
  }
  return new Problem(503, 'service_refuses', `The service at ${url} answers ${status}${told}`);
}

/**
 * Asks the service at `url`: with the key, else with none, as a program on its machine may.
 *
 * Errors: rejects with a Problem that says what to do; it never holds a key.
 */
export async function askServiceLevels(url: string, key: string | undefined): Promise<ServiceLevelsAnswer> {
  const reply = await ask(url, key);
  const keySource = key === undefined ? 'to answer without' : 'the given one';
  const answer = reply.status === 200 ? serviceLevelsAnswer.safeParse(reply.body) : null;
  if (answer?.success) return answer.data;
  throw explainRefusal(url, answer === null ? reply : { ...reply, body: undefined }, keySource);
}
