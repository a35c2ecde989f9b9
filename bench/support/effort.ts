/** How much a run of the benchmarks measures. */
export interface Effort {
  /** Flag of the command line. */
  readonly flag: string;
  /** Users of the directories that are compared. */
  readonly directories: readonly number[];
  /** Members of the groups that are compared. */
  readonly groups: readonly number[];
  /** Measurements per operation; in each turn, every size is measured once. */
  readonly turns: number;
  /** Rounds of comparisons, and the length of those that send requests for a time, in ms. */
  readonly rounds: number;
  readonly roundMs: number;
  /** Users and members that the compared servers have at the start. */
  readonly members: number;
  /** Requests of the mix whose costs are measured. */
  readonly mixed: number;
  /** Seconds of the load that the service holds, and its requests a second. */
  readonly holdSeconds: number;
  readonly holdRate: number;
  /** Users that are imported, and whose names are converted. */
  readonly moved: number;
  /** Users and roles of a connection that are compared. */
  readonly catalogSize: number;
  /** Members of the groups that are read at once. */
  readonly longLists: readonly number[];
  /** Requests of each kind in a turn, for their CPU. */
  readonly each: number;
  /** Loads of each function in a new process. */
  readonly loads: number;
  /** Simulated seconds. */
  readonly seconds: number;
  /** Turns of each side in the comparison of protocol functions, and their length. */
  readonly protocolTurns: number;
  readonly protocolTurnMs: number;
}

const FULL: Effort = {
  flag: '',
  directories: [1000, 100_000, 1_000_000],
  groups: [10, 1000, 10_000, 100_000],
  turns: 300,
  rounds: 3,
  roundMs: 5000,
  members: 200,
  mixed: 2000,
  holdSeconds: 600,
  holdRate: 250,
  moved: 50_000,
  catalogSize: 5000,
  longLists: [19_000, 100_000],
  each: 2000,
  loads: 15,
  seconds: 600,
  protocolTurns: 15,
  protocolTurnMs: 60,
};

const QUICK: Effort = {
  ...FULL,
  flag: '--quick',
  directories: [1000, 20_000],
  groups: [10, 1000],
  holdSeconds: 30,
  moved: 2000,
  longLists: [19_000],
};

/** Runs everything once, so that nothing breaks unnoticed. Its times mean nothing. */
const SMOKE: Effort = {
  flag: '--smoke',
  directories: [200],
  groups: [10],
  turns: 1,
  rounds: 1,
  roundMs: 200,
  members: 5,
  mixed: 40,
  holdSeconds: 2,
  holdRate: 20,
  moved: 100,
  catalogSize: 200,
  longLists: [50],
  each: 20,
  loads: 1,
  seconds: 2,
  protocolTurns: 1,
  protocolTurnMs: 1,
};

/** Returns the effort that the flags of a command line ask for; the full one by default. */
export function effortOf(flags: { readonly quick?: boolean; readonly smoke?: boolean }): Effort {
  if (flags.smoke === true) return SMOKE;
  return flags.quick === true ? QUICK : FULL;
}
