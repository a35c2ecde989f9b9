import { rewriteQuery } from '../../../idp/profiles/profile';
import { quoted, ScimError } from '../../../scim/errors/scim-error';
import { parseFilter } from '../../../scim/filter/parse';
import { filterShape } from '../../../scim/filter/shape';
import { asText, type JsonObject } from '../../../scim/json';
import { listResponse } from '../../../scim/list/list-response';
import type { ListQuery } from '../../../scim/list/query';
import { Projection } from '../../../scim/resource/project';
import { ANSWER_BYTES, answerBytes, jsonAnswer, type Answer } from '../../http/answer';
import type { RequestContext } from '../../http/request-context';
import { ListFinder } from './list-finder';
import { ListPaging } from './list-paging';
import type { ListedType, ListEntry } from './listed-type';

/** Maximum bytes of a page, besides `ANSWER_BYTES`: some clients read only a few megabytes. */
const PAGE_BYTES = 4.5 * 1024 * 1024;

/** Bytes of a ListResponse around its resources, cursors included. */
const ENVELOPE_BYTES = 8 * 1024;

/**
 * Answers a listing of one or several resource types: filtered, sorted, paged and projected (RFC
 * 7644 section 3.4.2, RFC 9865).
 * @throws ScimError 400 `invalidFilter`, `invalidValue`, `invalidCount`, `invalidCursor`,
 *   `expiredCursor`, `tooMany`; 403 `sensitive`
 */
export async function listResources(
  context: RequestContext,
  types: readonly ListedType[],
  sent: ListQuery,
): Promise<Answer> {
  const query = types.reduce(
    (result, { collection }) => rewriteQuery(context.profile, collection.type, result),
    sent,
  );
  const projections = new Map(
    types.map((listed) => [listed, new Projection(listed.collection.type, query)]),
  );
  for (const [listed, projection] of projections) listed.prepare?.(projection);
  const finder = finderOf(types, query, sent);
  const paging = new ListPaging(context, types, query);
  const page = await withShape(query, () => paging.page(finder));
  const rendered: JsonObject[] = [];
  for (const [listed, projection] of projections) {
    const entries = page.entries.filter((entry) => entry.listed === listed);
    if (entries.length === 0) continue;
    const resources = entries.map(({ resource }) => resource);
    rendered.push(...(await listed.render(resources, projection)));
  }
  await Promise.all(types.map(({ collection }) => collection.markSaved));
  const ordered = types.length > 1 ? inOrderOf(page.entries, rendered) : rendered;
  const shown = paging.backward ? fitting([...ordered].reverse()).reverse() : fitting(ordered);
  return jsonAnswer(200, listResponse(shown, paging.info(page, shown.length)));
}

function inOrderOf(
  entries: readonly ListEntry[],
  rendered: readonly JsonObject[],
): readonly JsonObject[] {
  const byId = new Map(rendered.map((resource) => [asText(resource['id']), resource]));
  return entries
    .map(({ resource }) => byId.get(resource.id))
    .filter((resource) => resource !== undefined);
}

/**
 * Creates the finder. If a rewriter changed the filter, an error shows the filter as it was read,
 * because the positions in the message refer to that text.
 * @throws ScimError 400
 */
function finderOf(types: readonly ListedType[], query: ListQuery, sent: ListQuery): ListFinder {
  try {
    return new ListFinder(types, query);
  } catch (cause) {
    const error = shaped(cause, query);
    if (!(error instanceof ScimError) || error.scimType !== 'invalidFilter') throw error;
    if (query.filter === undefined || query.filter === sent.filter) throw error;
    const detail = `${error.message} The filter was read as ${quoted(query.filter)}.`;
    throw error.with({ detail });
  }
}

async function withShape<T>(query: ListQuery, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw shaped(error, query);
  }
}

/** Adds the filter's shape to an error about it, for the log. */
function shaped(error: unknown, { filter }: ListQuery): unknown {
  if (!(error instanceof ScimError) || error.code !== 'wrongFilter') return error;
  try {
    return filter === undefined ? error : error.with({ filter: filterShape(parseFilter(filter)) });
  } catch {
    // A filter that cannot be parsed has no shape.
    return error;
  }
}

/** Returns as many resources as fit on a page, at least one. */
function fitting(resources: readonly JsonObject[]): JsonObject[] {
  let [bytes, escaped] = [0, 0];
  const end = resources.findIndex((resource, index) => {
    const text = JSON.stringify(resource);
    bytes += Buffer.byteLength(text) + 1;
    escaped += answerBytes(text);
    return index > 0 && (bytes > PAGE_BYTES || escaped > ANSWER_BYTES - ENVELOPE_BYTES);
  });
  return end === -1 ? [...resources] : resources.slice(0, end);
}
