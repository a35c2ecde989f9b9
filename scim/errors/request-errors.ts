import { quoted, ScimError, shortened } from './scim-error';

/* Errors about the request as HTTP and JSON, before its content is looked at. */

/** 404 for a path that no endpoint serves (RFC 7644 section 3.2). */
export function unknownEndpoint(path: string): ScimError {
  return new ScimError({
    code: 'unsupported',
    status: 404,
    detail:
      `There is no endpoint ${quoted(path)}; /ResourceTypes lists those that exist. The base URL ` +
      "ends with the connection's id; check that nothing follows it.",
  });
}

/** 405 with the methods that the endpoint supports (RFC 9110 section 15.5.6). */
export function methodNotAllowed(method: string, allowed: readonly string[]): ScimError {
  const allow = allowed.join(', ');
  return new ScimError({
    code: 'unsupported',
    status: 405,
    detail: `${quoted(method)} is not supported here; use ${allow}.`,
    headers: { Allow: allow },
  });
}

/** 501 for `/Me`: a token identifies a connection, not a user (RFC 7644 section 3.11). */
export function meNotSupported(): ScimError {
  return new ScimError({
    code: 'unsupported',
    status: 501,
    detail: '/Me is not supported: a token identifies a connection, not a user.',
  });
}

/** 403 for a filter on a discovery endpoint (RFC 7644 section 4). */
export function discoveryNotFilterable(): ScimError {
  return new ScimError({
    code: 'unsupported',
    status: 403,
    detail: 'Discovery endpoints cannot be filtered.',
  });
}

/** 415 for a body in another media type (RFC 7644 section 3.1). */
export function unsupportedMediaType(mediaType: string): ScimError {
  return new ScimError({
    code: 'malformed',
    status: 415,
    detail: `The body must be application/scim+json, not ${quoted(mediaType)}.`,
  });
}

/** 415 for a body in another character encoding (RFC 7644 section 3.1). */
export function unsupportedCharset(charset: string): ScimError {
  return new ScimError({
    code: 'malformed',
    status: 415,
    detail: `The body must be in UTF-8, not ${quoted(charset)}.`,
  });
}

/** 415 for a compressed body (RFC 9110 section 8.4). */
export function unsupportedEncoding(encoding: string): ScimError {
  return new ScimError({
    code: 'malformed',
    status: 415,
    detail: `Send the body without Content-Encoding; ${quoted(encoding)} is not supported.`,
    headers: { 'Accept-Encoding': 'identity' },
  });
}

/** 400 `invalidSyntax` for a body with bytes that are not UTF-8. */
export function notUtf8(): ScimError {
  return invalidSyntax('The body is not valid UTF-8.');
}

/** 413 for a body that is larger than this service accepts (RFC 7644 table 8). */
export function bodyTooLarge(maximumBytes: number): ScimError {
  return new ScimError({
    code: 'tooLarge',
    status: 413,
    detail: `The body is larger than ${maximumBytes} bytes.`,
  });
}

/** 413 for a body of more JSON values than a change of 100,000 members has. */
export function tooManyValues(maximum: number): ScimError {
  return new ScimError({
    code: 'tooLarge',
    status: 413,
    detail: `The body consists of more than ${maximum} values.`,
  });
}

/** 413 for more operations than one request may have (RFC 7644 sections 3.5.2 and 3.7.4). */
export function tooManyOperations(request: 'PATCH' | 'bulk', maximum: number): ScimError {
  return new ScimError({
    code: 'tooLarge',
    status: 413,
    detail: `A ${request} request may have at most ${maximum} operations.`,
  });
}

/** 413 for operations that together would visit too many values (RFC 7644 section 3.5.2). */
export function tooMuchWork(): ScimError {
  return new ScimError({
    code: 'tooLarge',
    status: 413,
    detail:
      'The operations select among too many values. Send them in several requests, or replace ' +
      'the whole attribute.',
  });
}

/** 400 `invalidSyntax` for a request without the body that it needs. */
export function bodyMissing(): ScimError {
  return invalidSyntax('The request needs a body.');
}

/** 400 `invalidSyntax` for JSON that nests deeper than any SCIM message. */
export function bodyTooDeep(maximumLevels: number): ScimError {
  return invalidSyntax(`The body nests deeper than ${maximumLevels} levels.`);
}

/** 400 `invalidSyntax` for a JSON object with more members than any resource has. */
export function objectTooLarge(maximumMembers: number): ScimError {
  return invalidSyntax(`An object in the body has more than ${maximumMembers} members.`);
}

/** 400 `invalidSyntax` for a number beyond the range of 64-bit floats, such as 1e999. */
export function numberTooLarge(): ScimError {
  return invalidSyntax('A number in the body is too large.');
}

/** 400 `invalidSyntax` for a body that is not JSON. */
export function invalidJson(problem: string): ScimError {
  return invalidSyntax(`The body is not valid JSON: ${shortened(problem)}.`);
}

/** 400 `invalidSyntax` for JSON that is not an object. */
export function bodyNotObject(): ScimError {
  return invalidSyntax('The body must be a JSON object.');
}

/**
 * 400 `invalidSyntax` for a body whose `schemas` lacks the schema it needs (RFC 7643 section 3).
 */
export function schemaMissing(urn: string): ScimError {
  return invalidSyntax(`"schemas" must contain "${urn}".`);
}

/** 400 `invalidSyntax` for a `schemas` that is not a list of URNs (RFC 7643 section 3). */
export function schemasNotList(urn: string): ScimError {
  return invalidSyntax(`"schemas" must be an array with "${urn}".`);
}

/** 400 `invalidValue` for a URN in `schemas` that the resource type does not have. */
export function unknownSchema(urn: string, resourceType: string): ScimError {
  return new ScimError({
    code: 'malformed',
    status: 400,
    scimType: 'invalidValue',
    detail: `"schemas" names ${quoted(urn)}, which a ${resourceType} does not have.`,
  });
}

/** 400 `invalidSyntax` for `Operations` that is not a list of objects, or an empty one. */
export function operationsMalformed(problem: string): ScimError {
  return invalidSyntax(problem);
}

function invalidSyntax(detail: string): ScimError {
  return new ScimError({ code: 'malformed', status: 400, scimType: 'invalidSyntax', detail });
}
