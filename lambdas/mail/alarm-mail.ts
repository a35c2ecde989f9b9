import type { AlarmNotice } from '../../directory/notices/notice';
import { dateOf, render, type Mail } from './mail';

/** Creates the mail about an alarm of the deployment. */
export function alarmMail({ alarm, isOver, meaning, reason, at }: AlarmNotice): Mail {
  const [summary = alarm] = meaning.split(/(?<=\.) /);
  if (isOver) {
    return render(`SCIM service: ${alarm} is over`, [
      { text: `The alarm ${alarm} ended on ${dateOf(at)}. It had reported: ${summary}` },
      { text: `CloudWatch reports: ${reason}` },
    ]);
  }
  return render(`SCIM service: ${summary.replace(/\.$/, '')}`, [
    { text: meaning },
    {
      text:
        `The alarm ${alarm} was raised on ${dateOf(at)}. It concerns the whole deployment, so ` +
        'the log of one connection may not show the cause.',
    },
    { text: `CloudWatch reports: ${reason}` },
  ]);
}
