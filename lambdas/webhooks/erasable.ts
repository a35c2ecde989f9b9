import type { LoggedEvent } from '../../directory/events/event';
import type { Message } from '../../events/webhooks/receiver';

/** Returns whom what a receiver answers to an event may be about, and whether it may be kept. */
export function erasable({
  type,
  subject,
  personal,
}: LoggedEvent): Pick<Message, 'userId' | 'keepsAnswer'> {
  // `Users/<id>`, or `Groups/<id>/members/<memberId>`
  const [kind, id, , memberId] = subject.split('/');
  const userId = kind === 'Users' ? id : memberId;
  return {
    ...(userId === undefined ? {} : { userId }),
    // After a user is erased or a connection deleted, no new personal data may be stored.
    keepsAnswer: personal !== undefined || /^(?:group|connection\.(?!deleted))/.test(type),
  };
}
