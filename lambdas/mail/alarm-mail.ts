import type { AlarmNotice } from '../../directory/notices/notice';
import { dateOf, render, type Mail } from './mail';

/** Creates the mail about an alarm of the deployment. */
export function alarmMail({ alarm, isOver, meaning, reason, at }: AlarmNotice): Mail {
  const [summary = alarm] = meaning.split(/(?<=\.) /);
  if (isOver) {
    return render(`SCIM service: ${alarm} is over`, [
      { text: `The alarm ${alarm} has been over since ${dateOf(at)}. It was: ${summary}` },
      { text: `CloudWatch reports: ${reason}` },
    ]);
  }
  return render(`SCIM service: ${summary}`, [
    { text: meaning },
    {
      text:
        `The alarm ${alarm} was raised at ${dateOf(at)}. It is about the deployment as a whole; ` +
        'the log of a single connection may not show the reason.',
    },
    { text: `CloudWatch reports: ${reason}` },
  ]);
}
