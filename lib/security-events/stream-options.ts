/**
 * The content of a stream's tokens.
 */
export enum StreamMode {
  /**
   * The names of the attributes that have changed.
   *
   * The receiver reads the resource after an event, so that it gets what it may read.
   */
  NOTICE = 'notice',
  /**
   * The values of the attributes, too.
   */
  FULL = 'full',
}

/**
 * Settings of a stream of security event tokens.
 */
export interface StreamOptions {
  /**
   * The receiver, as the claim `aud` of the tokens names it.
   *
   * Two streams that are polled need different audiences.
   *
   * @default - no `aud`
   */
  readonly audience?: string;

  /**
   * The content of the tokens.
   *
   * @default StreamMode.NOTICE
   */
  readonly mode?: StreamMode;
}

/**
 * Settings of a stream that is pushed to its receiver.
 */
export interface PushedStreamOptions extends StreamOptions {
  /**
   * URL of the receiver, which must start with `https://`.
   */
  readonly url: string;
}
