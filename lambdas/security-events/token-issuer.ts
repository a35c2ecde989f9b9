import { inParallel } from '../../directory/store/batches';
import type { Stream } from '../../directory/streams/stream';
import type { UnsignedToken } from '../../events/security-events/poll';
import { signToken } from '../../events/security-events/token';
import type { SigningKeys } from './signing-keys';

/** Signatures that KMS is asked for in parallel. */
const WIDTH = 16;

/** The receiver of a token: a stream's, or a client without an audience. */
type Receiver = Pick<Stream, 'audience'>;

/** Signs the tokens of streams, and those for clients themselves. */
export class TokenIssuer {
  constructor(
    /** `iss`: the URL of the deployment. */
    private readonly issuer: string,
    private readonly keys: SigningKeys,
  ) {}

  /** Signs a token. */
  sign({ audience }: Receiver, { jti, issuedAt, claims }: UnsignedToken): Promise<string> {
    const delivery = {
      iss: this.issuer,
      iat: issuedAt,
      jti,
      ...(audience === undefined ? {} : { aud: audience }),
    };
    return signToken({ ...claims, ...delivery }, this.keys.signer());
  }

  /** Signs tokens of one receiver. @returns them by id, in their order */
  async signAll(
    receiver: Receiver,
    tokens: readonly UnsignedToken[],
  ): Promise<Readonly<Record<string, string>>> {
    const signed = await inParallel(tokens, WIDTH, async (token) => {
      return [token.jti, await this.sign(receiver, token)] as const;
    });
    return Object.fromEntries(signed);
  }
}
