import { exitCodeOf, EXIT, reasonOf } from './errors';
import { note } from './output/output';

/** Makes a request that is repeated later anyway. @returns undefined if the service is down */
export async function unlessDown<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (error) {
    if (exitCodeOf(error) !== EXIT.unreachable) throw error;
    note(`${reasonOf(error)} Trying again.`);
    return undefined;
  }
}
