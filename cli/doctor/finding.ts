import { DIAGNOSES, type Diagnosis, type DiagnosisName } from './diagnoses';

/** A problem that was found, in the words of `DIAGNOSES`. */
export interface Finding extends Diagnosis {
  readonly name: DiagnosisName;
  /** The observation in a sentence, such as the request and its answer. */
  readonly seen: string;
}

/** Collects findings. */
export class Findings {
  private readonly found: Finding[] = [];

  /** @param seen the observation, in a sentence */
  add(name: DiagnosisName, seen: string): void {
    if (this.found.some((finding) => finding.name === name && finding.seen === seen)) return;
    this.found.push({ ...DIAGNOSES[name], name, seen });
  }

  /** All findings, in the order in which they were found. */
  get all(): readonly Finding[] {
    return this.found;
  }
}
