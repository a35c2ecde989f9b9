import { EXIT, UsageError } from './errors';
import { note } from './output/output';

/* Questions to the person at the terminal. Scripts have to give the answers as options. */

function isInteractive(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}

const SHOW_CURSOR = '\u001b[?25h';

/** Ends the process after a question that was not answered, because the input has ended. */
function leave(): void {
  process.stdout.write(SHOW_CURSOR);
  note('Nothing was done.');
  process.exitCode = EXIT.usage;
}

/** Waits for the answer to a question. @throws UsageError if it is cancelled */
async function answered<T>(question: Promise<T>): Promise<Exclude<T, symbol>> {
  process.once('exit', leave);
  const answer = await question;
  process.off('exit', leave);
  if (!isAnswer(answer)) throw cancelled();
  return answer;
}

/** Ctrl+C is answered with a symbol. */
function isAnswer<T>(answer: T): answer is Exclude<T, symbol> {
  return typeof answer !== 'symbol';
}

/** Asks for a text. @throws UsageError with `otherwise` without a terminal, or if cancelled */
export async function askText(question: string, otherwise: string): Promise<string> {
  if (!isInteractive()) throw new UsageError(otherwise);
  const { text } = await import('@clack/prompts');
  const answer = await answered(
    text({
      message: question,
      validate: (value) => ((value ?? '').trim() === '' ? 'Enter a text.' : undefined),
    }),
  );
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
  const { select } = await import('@clack/prompts');
  return answered(select({ message: question, options: choices.map((each) => ({ ...each })) }));
}

/** Asks whether to do something. @throws UsageError unless it is confirmed */
export async function confirmed(question: string, isConfirmed: boolean | undefined): Promise<void> {
  if (isConfirmed === true) return;
  if (!isInteractive()) throw new UsageError(`${question} Add --yes to confirm.`);
  const { confirm } = await import('@clack/prompts');
  if (!(await answered(confirm({ message: question, initialValue: false })))) throw cancelled();
}

/** Asks to type the name of what is lost for ever. @throws UsageError unless it is typed */
export async function confirmedByName(
  question: string,
  name: string,
  isConfirmed: boolean | undefined,
): Promise<void> {
  if (isConfirmed === true) return;
  const otherwise = `${question} Add --yes to confirm.`;
  const typed = await askText(`${question} Type ${name} to confirm.`, otherwise);
  if (typed !== name) throw cancelled();
}

function cancelled(): UsageError {
  return new UsageError('Nothing was done.');
}
