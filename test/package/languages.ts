import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { checkSame, EXAMPLES, ROOT, run, say, synthesize } from './support';

/*
 * The examples in Python, Java and Go are the minimal example in TypeScript. Each is built from the
 * package of its language and synthesizes the same resources, Java with the oldest version of
 * aws-cdk-lib that the package supports.
 */

/** A language besides TypeScript, by the target of jsii-pacmak. */
type Language = 'python' | 'java' | 'go';

/** Programs that a language needs; Python comes with the other tests. */
const TOOLS: Readonly<Record<Language, readonly string[]>> = {
  python: ['python3'],
  java: ['java', 'mvn'],
  go: ['go'],
};

/**
 * Builds the packages and synthesizes the examples.
 * @param folder with an installation of the CDK
 * @param minimal output of the minimal example in TypeScript
 */
export function checkLanguages(folder: string, minimal: string): void {
  const languages = (['python', 'java', 'go'] as const).filter((language) => {
    const missing = TOOLS[language].find((tool) => spawnSync('which', [tool]).status !== 0);
    if (missing !== undefined) say(`${language}: skipped, because ${missing} is not installed`);
    return missing === undefined;
  });
  const packages = path.join(folder, 'packages');
  const targets = languages.flatMap((language) => ['--targets', language]);
  run('npx', ['jsii-pacmak', '--no-npmignore', '--outdir', packages, ...targets], ROOT);
  for (const language of languages) {
    const project = path.join(folder, `${language}-app`);
    cpSync(path.join(EXAMPLES, language), project, { recursive: true });
    synthesize(folder, BUILD[language](project, path.join(packages, language)), language);
    checkSame(path.join(folder, language), minimal);
    say(`${language}: synthesizes the same resources as TypeScript`);
  }
}

/** Builds a project with a package. @returns the command that runs its app */
const BUILD: Readonly<Record<Language, (project: string, packages: string) => string>> = {
  python: (project, packages) => {
    const wheel = readdirSync(packages).find((file) => file.endsWith('.whl')) ?? '';
    run('python3', ['-m', 'venv', 'venv'], project);
    const programs = path.join(project, 'venv', 'bin');
    const install = ['install', '--quiet', '--disable-pip-version-check'];
    run(path.join(programs, 'pip'), [...install, path.join(packages, wheel)], project);
    return `${path.join(programs, 'python')} ${path.join(project, 'app.py')}`;
  },
  java: (project, packages) => {
    // Maven would take the package of an earlier run, which has the same version.
    rmSync(path.join(homedir(), '.m2', 'repository', 'io', 'github', 'cdk-scim'), {
      recursive: true,
      force: true,
    });
    writeFileSync(path.join(project, 'settings.xml'), mavenSettings(packages));
    const classpath = path.join(project, 'classpath');
    const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classpath}`];
    run('mvn', ['-q', '-B', '-s', 'settings.xml', ...goals], project);
    const classes = path.join(project, 'target', 'classes');
    return `java -cp ${classes}:${readFileSync(classpath, 'utf8')} com.example.IdentityApp`;
  },
  go: (project, packages) => {
    const module = 'github.com/cdk-scim/cdk-scim-go/cdkscim';
    const source = path.join(packages, 'cdkscim');
    run('go', ['mod', 'edit', '-replace', `${module}=${source}`], project);
    run('go', ['mod', 'tidy'], project);
    run('go', ['build', '-o', 'app', '.'], project);
    return path.join(project, 'app');
  },
};

/** Settings of Maven with a repository on this machine. */
function mavenSettings(packages: string): string {
  const repository = `<repository><id>built</id><url>file://${packages}</url></repository>`;
  const profile = `<id>built</id><repositories>${repository}</repositories>`;
  return (
    `<settings><profiles><profile>${profile}</profile></profiles>` +
    '<activeProfiles><activeProfile>built</activeProfile></activeProfiles></settings>'
  );
}
