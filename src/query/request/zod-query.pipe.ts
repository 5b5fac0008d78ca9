import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { Problem } from '../../common/problem';

/** Parameters whose faults have a code of their own. */
const codeByParameter: ReadonlyMap<string, string> = new Map([
  ['limit', 'limit_invalid'],
  ['cursor', 'cursor_invalid'],
]);

/** Longest name of an unknown parameter that an answer repeats. */
const maxQuotedLength = 60;

/**
 * Reads a query string by a schema. A name that the schema does not have is a fault, because a misspelt `from` would
 * otherwise give everything.
 *
 * Errors: throws Problem 400 `limit_invalid`, `cursor_invalid` or `query_invalid`; the detail names the parameter and
 * what is allowed.
 */
@Injectable()
export class ZodQueryPipe<Query> implements PipeTransform<unknown, Query> {
  constructor(private readonly schema: z.ZodObject & z.ZodType<Query>) {}

  /** The query, read; throws as the class says. */
  transform(query: unknown): Query {
    const parsed = this.schema.strict().safeParse(query);
    if (parsed.success) return parsed.data as Query;
    const issue = parsed.error.issues[0] as z.core.$ZodIssue;
    if (issue.code === 'unrecognized_keys') {
      const name = JSON.stringify(issue.keys[0]?.slice(0, maxQuotedLength));
      const known = Object.keys(this.schema.shape).join(', ') || 'none';
      throw new Problem(400, 'query_invalid', `There is no parameter ${name} here; there is: ${known}.`);
    }
    const name = String(issue.path[0]);
    throw new Problem(400, codeByParameter.get(name) ?? 'query_invalid', `${name} must be ${issue.message}.`);
  }
}
