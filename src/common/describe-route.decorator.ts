import { applyDecorators } from '@nestjs/common';
import { ApiDefaultResponse, ApiOperation, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { problemAnswer } from './problem-answer';

/** A part of an OpenAPI document, of which only its maker knows more. */
type JsonSchema = Record<string, unknown>;

/** A body that is not JSON of our own: its media types, and what it is. */
export interface BodyKind {
  readonly mediaTypes: readonly string[];
  readonly description: string;
}

/** What the API document says of a route, beside what the route itself says (its address, method and scope). */
export interface RouteDescription {
  /** One line. */
  readonly summary: string;
  /** Whatever else a caller must know. */
  readonly description?: string;
  /** The schema that the query string is read by. */
  readonly query?: z.ZodObject;
  /** A value for each parameter in the path that leads to an answer for the test's user. */
  readonly pathExamples?: Readonly<Record<string, string>>;
  /** A body that the route takes, as JSON. */
  readonly bodyExample?: unknown;
  /** The other media types that such a body can have. */
  readonly bodyMediaTypes?: readonly string[];
  /** What is answered. */
  readonly answer: z.ZodType | BodyKind;
  /** With which status; 200 unless said. */
  readonly status?: number;
  /** What is answered with 202 instead, and when. */
  readonly answer202?: { readonly answer: z.ZodType; readonly description: string };
}

/** The JSON schema (2020-12, as OpenAPI 3.1 has them) of a zod schema. */
function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}

/** A default as it would be written in a query string, when that is how the parameter is described. */
function spell(schema: JsonSchema): JsonSchema {
  const { default: value } = schema;
  return schema['type'] === 'string' && value !== undefined ? { ...schema, default: String(value) } : schema;
}

/** The examples that a parameter was described with; zod leaves out those of what it transforms. */
function examplesOf(schema: z.ZodType): unknown {
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return schema.meta()?.['examples'] ?? (innerType === undefined ? undefined : examplesOf(innerType));
}

function describeQuery(query: z.ZodObject): MethodDecorator[] {
  const { properties = {}, required = [] } = jsonSchemaOf(query, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...described } = spell(property);
    const examples = examplesOf(query.shape[name] as z.ZodType);
    const schema = examples === undefined ? described : { ...described, examples };
    return ApiQuery({ name, required: required.includes(name), description: String(description ?? ''), schema });
  });
}

/** Bytes: OpenAPI 3.1 describes them by having no type. */
function bytesOf(mediaTypes: readonly string[]): Record<string, { schema: JsonSchema }> {
  return Object.fromEntries(mediaTypes.map((type) => [type, { schema: {} }]));
}

function contentOf(answer: z.ZodType | BodyKind): Record<string, { schema: JsonSchema }> {
  if (!(answer instanceof z.ZodType)) return bytesOf(answer.mediaTypes);
  return { 'application/json': { schema: jsonSchemaOf(answer, 'output') } };
}

/** The part of an operation that tells of its body; not by `ApiBody`, which says the same of all media types. */
function describeBody({ bodyExample, bodyMediaTypes = [] }: RouteDescription) {
  if (bodyExample === undefined) return {};
  const json = { schema: { type: 'object' }, examples: { one: { value: bodyExample } } };
  return { requestBody: { required: true, content: { 'application/json': json, ...bytesOf(bodyMediaTypes) } } };
}

/**
 * Describes a route for the API document; every route needs it (a test asks for it). The schemas are those that the
 * route itself works with: of the query the one that reads it, of the answer one that a test holds real answers against.
 */
export function DescribeRoute(route: RouteDescription): MethodDecorator {
  const { summary, description, query, pathExamples = {}, answer, status = 200, answer202 } = route;
  const problem = { 'application/problem+json': { schema: jsonSchemaOf(problemAnswer, 'output') } };
  return applyDecorators(
    ApiOperation({ summary, ...(description === undefined ? {} : { description }), ...describeBody(route) }),
    ...(query === undefined ? [] : describeQuery(query)),
    ...Object.entries(pathExamples).map(([name, example]) =>
      ApiParam({ name, schema: { type: 'string', examples: [example] } }),
    ),
    ApiResponse({
      status,
      description: answer.description ?? summary,
      content: contentOf(answer),
    }),
    ...(answer202 === undefined
      ? []
      : [ApiResponse({ status: 202, description: answer202.description, content: contentOf(answer202.answer) })]),
    ApiDefaultResponse({ description: 'What went wrong (RFC 9457); `code` is stable.', content: problem }),
  );
}
