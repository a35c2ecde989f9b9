/** A kind of problem. */
export interface Diagnosis {
  /** Stays the same over releases, such as `D012`. */
  readonly id: string;
  readonly title: string;
  /** What follows from it, such as the reaction of the identity provider. */
  readonly consequence: string;
  readonly remedy: string;
  readonly source: string;
}

/** The kinds of problems by name. */
export type Diagnoses<Name extends string> = Readonly<Record<Name, Diagnosis>>;

/** A problem that was found, in the words of its diagnosis. */
export interface Finding<Name extends string = string> extends Diagnosis {
  readonly name: Name;
  /** The observation in a sentence, such as the request and its answer. */
  readonly seen: string;
}

/** Collects findings. */
export class Findings<Name extends string> {
  private readonly found: Finding<Name>[] = [];

  constructor(private readonly diagnoses: Diagnoses<Name>) {}

  /**
   * @param seen the observation, in a sentence
   * @param remedy what to do about this very finding, if more is known than the diagnosis says
   */
  add(name: Name, seen: string, remedy?: string): void {
    if (this.found.some((finding) => finding.name === name && finding.seen === seen)) return;
    const diagnosis = this.diagnoses[name];
    this.found.push({ ...diagnosis, remedy: remedy ?? diagnosis.remedy, name, seen });
  }

  /** All findings, in the order in which they were found. */
  get all(): readonly Finding<Name>[] {
    return this.found;
  }
}
