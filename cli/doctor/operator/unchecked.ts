import { reasonOf } from '../../errors';

/** Parts of an examination that could not be checked, such as for want of a permission. */
export class Unchecked {
  private readonly parts: string[] = [];

  /** @param onNote receives each part in a sentence */
  constructor(private readonly onNote: (text: string) => void) {}

  /** Whether everything could be checked. */
  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  note(part: string, reason: string): void {
    this.parts.push(part);
    this.onNote(`Not checked: ${part} (${reason})`);
  }

  /** Does a part of the examination. @returns undefined if it fails, which is noted */
  async unlessFailed<T>(part: string, task: () => Promise<T>): Promise<T | undefined> {
    try {
      return await task();
    } catch (error) {
      this.note(part, reasonOf(error));
      return undefined;
    }
  }
}
