import type { ConflictReason, UserNameConversion } from '../api-data';
import type { Health } from '../data';

/** The addresses that can become user names. */
export const TARGETS = [
  ['emails.work', 'The work address'],
  ['emails.primary', 'The primary address'],
] as const;

/** Why a user is left alone. */
export const REASONS: Readonly<Record<ConflictReason, string>> = {
  noAddress: 'Has no such address',
  addressTaken: 'The address is the name of another user, or of two',
  changedSince: 'Was renamed by the identity provider since',
  refused: 'The name could not be stored',
};

/** The states of a conversion: a word, what it means, and what comes next. */
export const STATES: Readonly<
  Record<
    UserNameConversion['state'],
    { readonly word: string; readonly look: Health['state']; readonly text: string }
  >
> = {
  checking: {
    word: 'In progress',
    look: 'idle',
    text: 'All users are looked at. Nothing is changed.',
  },
  checked: {
    word: 'Complete',
    look: 'idle',
    text: 'Nothing was changed.',
  },
  converting: {
    word: 'In progress',
    look: 'warning',
    text: 'You can leave this page. Identity providers go on reading and writing meanwhile.',
  },
  converted: {
    word: 'Converted',
    look: 'ok',
    text:
      'Users are found by both names. Change the identity provider to send the addresses, wait ' +
      'for a full cycle, then close the conversion.',
  },
  undoing: {
    word: 'Undoing',
    look: 'warning',
    text: 'You can leave this page. Users get their former names again.',
  },
  undone: {
    word: 'Undone',
    look: 'idle',
    text: 'Users have their former names again, except for those that are left alone.',
  },
  closing: {
    word: 'Closing',
    look: 'warning',
    text: 'You can leave this page. Former names are being removed.',
  },
  closed: { word: 'Closed', look: 'idle', text: 'Users are found by their present name only.' },
};
