import { UsageError } from './errors';

/* Questions to the person at the terminal. Scripts have to give the answers as options. */

function isInteractive(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}

/** Asks for a text. @throws UsageError with `otherwise` without a terminal, or if cancelled */
export async function askText(question: string, otherwise: string): Promise<string> {
  if (!isInteractive()) throw new UsageError(otherwise);
  const { isCancel, text } = await import('@clack/prompts');
  const answer = await text({
    message: question,
    validate: (value) => ((value ?? '').trim() === '' ? 'Enter a text.' : undefined),
  });
  if (isCancel(answer)) throw cancelled();
  return answer.trim();
}

/** A choice in a list. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint: string;
}

/**
 * Asks for one of several values.
 * @returns undefined without a terminal
 * @throws UsageError if cancelled
 */
export async function askChoice(
  question: string,
  choices: readonly Choice[],
): Promise<string | undefined> {
  if (!isInteractive()) return undefined;
  const { isCancel, select } = await import('@clack/prompts');
  const answer = await select({ message: question, options: choices.map((each) => ({ ...each })) });
  if (isCancel(answer)) throw cancelled();
  return answer;
}

/** Asks whether to do something that cannot be undone. @throws UsageError unless it is confirmed */
export async function confirmed(question: string, isConfirmed: boolean | undefined): Promise<void> {
  if (isConfirmed === true) return;
  if (!isInteractive()) throw new UsageError(`${question} Add --yes to confirm.`);
  const { confirm } = await import('@clack/prompts');
  // Also a cancelled question is not true.
  if ((await confirm({ message: question, initialValue: false })) !== true) throw cancelled();
}

function cancelled(): UsageError {
  return new UsageError('Nothing was done.');
}
