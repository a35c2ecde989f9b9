import { randomUUID } from 'node:crypto';
import { Findings } from '../finding';
import type { Forms, Person } from './forms';
import { SERVER_DIAGNOSES, type ServerDiagnosis } from './diagnoses';
import {
  EndedError,
  NoAnswerError,
  type Json,
  type Reply,
  type RequestForm,
  type Target,
} from './target';

/** An examination of a SCIM server, with what it created there. */
export class Examination {
  readonly findings = new Findings<ServerDiagnosis>(SERVER_DIAGNOSES);
  /** Resources to delete at the end, newest last. */
  private readonly created: string[] = [];
  /** Users whose creation was requested; an answer can be lost, or lack the id. */
  private readonly requested = new Set<string>();
  /** Part of the names of all that this examination creates. */
  readonly mark = `doctor-${randomUUID().slice(0, 8)}`;

  /** @param signal ends the examination; what was created is still deleted */
  constructor(
    readonly target: Target,
    readonly forms: Forms,
    private readonly signal?: AbortSignal,
  ) {}

  /**
   * Sends a request and checks the form of its answer.
   * @throws NoAnswerError, EndedError
   */
  async send(form: RequestForm): Promise<Reply> {
    if (this.signal?.aborted === true) throw new EndedError('Ended.');
    const reply = await this.target.send(form);
    this.checkForm(reply);
    return reply;
  }

  /** Records a finding about an answer. @param expected in words */
  report(name: ServerDiagnosis, reply: Reply, expected: string): void {
    this.findings.add(name, `${reply.request} was answered with ${shown(reply)}. ${expected}`);
  }

  /** Returns a person that does not exist yet. */
  person(familyName = 'Doctor'): Person {
    const name = `${this.mark}-${randomUUID().slice(0, 8)}`;
    const userName = `${name}@example.com`;
    this.requested.add(userName);
    return {
      userName,
      externalId: `ext-${name}`,
      givenName: 'Temporary',
      familyName,
      title: 'Temporary user of a test',
    };
  }

  /** Remembers a resource that was created, to delete it at the end. */
  remember(path: string): void {
    this.created.push(path);
  }

  /** Forgets a resource that is deleted. */
  forget(path: string): void {
    const index = this.created.indexOf(path);
    if (index !== -1) this.created.splice(index, 1);
  }

  /** Deletes what is still there, also after a failure. */
  async cleanUp(): Promise<void> {
    try {
      for (const userName of this.requested) await this.rememberByName(userName);
      for (const path of this.created.toReversed()) {
        const { status } = await this.target.send({ method: 'DELETE', path });
        if (status < 300 || status === 404) this.forget(path);
      }
    } catch (error) {
      // There is no use in waiting for each of the others.
      if (!(error instanceof NoAnswerError)) throw error;
    }
    for (const path of this.created) {
      this.findings.add('notCleanedUp', `${path} could not be deleted.`);
    }
  }

  /** Remembers the users with a name, unless they are known. */
  private async rememberByName(userName: string): Promise<void> {
    const { body } = await this.target.send(this.forms.findUser(userName));
    const { Resources: users } = body ?? {};
    for (const { id, userName: found } of Array.isArray(users) ? (users as readonly Json[]) : []) {
      const path = `/Users/${encodeURIComponent(String(id))}`;
      // Some servers answer a filter with other users.
      if (found === userName && !this.created.includes(path)) this.remember(path);
    }
  }

  private checkForm(reply: Reply): void {
    const { status, headers, text, body } = reply;
    if (text === '') return;
    const type = headers.get('content-type') ?? '';
    if (body === undefined) this.report('notJson', reply, 'A JSON object was expected.');
    else if (!/^application\/scim\+json(?:;|$)/i.test(type.trim())) {
      this.findings.add('contentType', `${reply.request} was answered with "${type}".`);
    }
    if (status >= 400 && body !== undefined && !isScimError(body, status)) {
      this.report('errorBody', reply, 'A SCIM error with schemas, status and detail was expected.');
    }
  }
}

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

function isScimError(body: Json, status: number): boolean {
  const { schemas } = body;
  return (
    Array.isArray(schemas) && schemas.includes(ERROR) && String(body['status']) === String(status)
  );
}

/** Returns an answer in a few words. */
export function shown({ status, text }: Reply): string {
  const start = text.replace(/\s+/g, ' ').slice(0, 120);
  return start === '' ? String(status) : `${status} ${start}${text.length > 120 ? '…' : ''}`;
}
