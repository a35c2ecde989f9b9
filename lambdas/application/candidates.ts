import * as z from 'zod/mini';
import { Candidates } from '../../directory/candidates';
import { shortened } from '../../scim/errors/scim-error';
import { jsonAnswer, type Answer } from '../http/answer';
import type { ApiRequest } from '../json-api/api-request';
import { Problem } from '../json-api/problem';
import { readBody } from '../json-api/read-body';
import { existingConnection, type Services } from './services';

/* Users that the application already has, for adoption. */

/** Most candidates of one call. */
const MOST_CANDIDATES = 1000;

/** Most conflicts that an answer has. */
const MOST_CONFLICTS = 1000;

const value = z.exactOptional(z.string().check(z.trim(), z.minLength(1), z.maxLength(512)));

const CANDIDATES = z.strictObject({
  candidates: z
    .array(
      z
        .strictObject({
          applicationId: z
            .string()
            .check(z.regex(/^[^\s\p{Cc}]{1,128}$/u, 'must be 1 to 128 characters without spaces')),
          email: z.exactOptional(z.email()),
          userName: value,
          externalId: value,
        })
        .check(
          z.refine(
            ({ email, userName, externalId }) =>
              [email, userName, externalId].some((each) => each !== undefined),
            'needs at least one of email, userName and externalId',
          ),
        ),
    )
    .check(z.maxLength(MOST_CANDIDATES)),
});

/** `PUT /connections/{id}/candidates`: registers candidates, or changes those with the same id. */
export async function putCandidates(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const { candidates } = readBody(CANDIDATES, request.body);
  const changed = await candidatesOf(services, connection.id).put(candidates);
  return jsonAnswer(200, { registered: changed, adopted: candidates.length - changed });
}

/** `DELETE /connections/{id}/candidates/{applicationId}`. */
export async function deleteCandidate(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const id = request.parameter('applicationId');
  if (await candidatesOf(services, connection.id).remove(id)) return { status: 204 };
  throw new Problem(404, `There is no candidate "${shortened(id)}".`);
}

/** `GET /connections/{id}/conflicts`: users that could not be adopted, the latest first. */
export async function listConflicts(services: Services, request: ApiRequest): Promise<Answer> {
  const connection = await existingConnection(services, request.connectionId);
  const conflicts = [];
  for await (const conflict of candidatesOf(services, connection.id).conflicts()) {
    conflicts.push({ ...conflict, advice: ADVICE });
    if (conflicts.length === MOST_CONFLICTS) break;
  }
  conflicts.sort((a, b) => (a.at < b.at ? 1 : -1));
  return jsonAnswer(200, { conflicts });
}

const ADVICE =
  'Several candidates match this user. Decide which one it is, and remove the others or change ' +
  'their values. The identity provider creates the user with its next attempt.';

function candidatesOf({ table }: Services, connection: string): Candidates {
  return new Candidates(table, connection);
}
