import { createHash } from 'node:crypto';
import { StreamMode, type PushedStreamOptions, type StreamOptions } from './stream-options';

/**
 * A stream of security event tokens with the changes of all connections (RFC 9967).
 *
 * See docs/guides/security-events.md.
 */
export class ScimSecurityEvents {
  /**
   * A stream that its receiver polls (RFC 8936).
   *
   * The receiver signs its requests (AWS SigV4), see `ScimServiceProvider.grantApplication`.
   *
   * @param options Settings that differ from the defaults.
   */
  static poll(options: StreamOptions = {}): ScimSecurityEvents {
    return new ScimSecurityEvents({ delivery: 'poll', ...definitionOf(options) });
  }

  /**
   * A stream that is pushed to its receiver (RFC 8935).
   *
   * @param options The URL, and settings that differ from the defaults.
   */
  static push(options: PushedStreamOptions): ScimSecurityEvents {
    return new ScimSecurityEvents({
      delivery: 'push',
      url: options.url,
      ...definitionOf(options),
    });
  }

  /**
   * Id of the stream, which follows from its receiver.
   */
  readonly streamId: string;

  private constructor(
    /** The stream as the admin API takes it. @internal */
    readonly _definition: StreamDefinition,
  ) {
    const { delivery, url = '', audience = '' } = _definition;
    const receiver = delivery === 'poll' ? audience : url;
    const digest = createHash('sha256').update(`${delivery} ${receiver}`).digest('hex');
    this.streamId = `ss-${digest.slice(0, 16)}`;
  }
}

/** A stream as the admin API takes it. */
interface StreamDefinition {
  readonly delivery: 'poll' | 'push';
  readonly url?: string;
  readonly audience?: string;
  readonly mode: StreamMode;
}

function definitionOf({
  audience,
  mode = StreamMode.NOTICE,
}: StreamOptions): Pick<StreamDefinition, 'audience' | 'mode'> {
  return { ...(audience === undefined ? {} : { audience }), mode };
}
