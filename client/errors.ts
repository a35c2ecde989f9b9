/** An answer of the application API that is not a success. */
export class ScimClientError extends Error {
  constructor(
    message: string,
    /** HTTP status; 0 if there was no answer that could be read, 400 also for an invalid id. */
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ScimClientError';
  }
}

/**
 * A cursor that is no longer valid (410): its events were removed, or the table was restored.
 * Continue with `oldestCursor`, and resync the connections.
 */
export class ExpiredCursorError extends ScimClientError {
  constructor(
    message: string,
    readonly oldestCursor: string,
  ) {
    super(message, 410);
    this.name = 'ExpiredCursorError';
  }
}

/** A webhook that did not come from the SCIM service, or is too old. Answer it with 400. */
export class WebhookVerificationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WebhookVerificationError';
  }
}
