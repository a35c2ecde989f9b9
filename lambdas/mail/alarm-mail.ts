import type { AlarmNotice } from '../../directory/notices/notice';
import { dateOf, render, type Mail } from './mail';

/** The mail that tells that an alarm of the deployment was raised, or is over. */
export function alarmMail({ alarm, isOver, meaning, reason, at }: AlarmNotice): Mail {
  const [what = alarm] = meaning.split(/(?<=\.) /);
  if (isOver) {
    return render(`SCIM service: ${alarm} is over`, [
      { text: `The alarm ${alarm} has been over since ${dateOf(at)}. It had said: ${what}` },
      { text: `CloudWatch says: ${reason}` },
    ]);
  }
  return render(`SCIM service: ${what}`, [
    { text: meaning },
    {
      text: `The alarm ${alarm} was raised at ${dateOf(at)}. It is of the deployment as a whole: what it counts may be in no connection's log.`,
    },
    { text: `CloudWatch says: ${reason}` },
  ]);
}
