import { internalError } from '../../scim/errors/resource-errors';
import { ERROR_URN, ScimError, type ScimType } from '../../scim/errors/scim-error';
import { logFailure } from '../observability/log';
import { jsonAnswer, type Answer } from './answer';

/**
 * The header with an error's code, on every SCIM error. The Error resource of RFC 7644 has no
 * member for it, and some clients refuse unknown members.
 */
export const ERROR_CODE_HEADER = 'SCIM-Error-Code';

/** Creates the answer to a failed request. Faults are logged and answered without details. */
export function errorAnswer(error: unknown, requestId: string): Answer {
  const scimError = toScimError(error, requestId);
  return jsonAnswer(scimError.status, errorBody(scimError), {
    ...scimError.headers,
    [ERROR_CODE_HEADER]: scimError.code,
  });
}

/** The Error resource of RFC 7644 section 3.12; `status` is a string there. */
interface ErrorResource {
  readonly schemas: readonly [typeof ERROR_URN];
  readonly status: string;
  readonly scimType?: ScimType;
  readonly detail: string;
}

/** Returns the body that answers with an error. */
export function errorBody({ status, scimType, message }: ScimError): ErrorResource {
  return {
    schemas: [ERROR_URN],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: message,
  };
}

/** Returns any error as a ScimError, and logs it if the service is at fault. */
export function toScimError(error: unknown, requestId: string): ScimError {
  const scimError = error instanceof ScimError ? error : internalError(error);
  if (scimError.code === 'fault' || scimError.code === 'busy') {
    logFailure(scimError.cause ?? error, requestId);
  }
  return scimError;
}
