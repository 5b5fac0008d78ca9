import ts from 'typescript';
import type { ProjectFile } from './read-project-files';

/** Most lines of a file that still fits into one head. */
const maxLines = 250;

/** Files that may be longer, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {
  'src/catalogue/metrics.ts': 'One entry for each metric: data that is easier to compare and extend in one place.',
};

/** Names that say nothing about what is in a file, as a whole name, a last word or a role. */
const emptyNames = /(^|-)(utils?|helpers?|manager|base|core)$/;

/** A rule over one file: says in words what breaks it, if anything. */
export type SourceRule = (file: ProjectFile) => string[];

/** The rules for source text, by name. Each returns one sentence for every breach. */
export const sourceRules = {
  'files are short': ({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    return lines > maxLines && !(path in longFiles) ? [`${path} has ${lines} lines, more than ${maxLines}`] : [];
  },

  'names say what is inside': ({ path }) =>
    path
      .split('/')
      .flatMap((part) => part.split('.'))
      .filter((word) => emptyNames.test(word))
      .map((word) => `${path} is named "${word}"`),

  'there are no barrels': ({ path }) => (/(^|\/)index\.[cm]?[jt]s$/.test(path) ? [`${path} is a barrel`] : []),

  'work is finished': ({ path, text }) =>
    [...text.matchAll(/\b(TO[D]O|FIXM[E]|XX[X])\b/g)].map(([word]) => `${path} has a ${word}`),

  'only src/config reads the environment': (file) => {
    if (!/^(src|migrations)\//.test(file.path) || file.path.startsWith('src/config/')) {
      return [];
    }
    return findNodes(file, readsEnvironment).map((where) => `${where} reads the environment`);
  },

  'every test runs': (file) => findNodes(file, restrictsTests).map((where) => `${where} keeps tests from running`),

  'every export is described': (file) => {
    if (!file.path.startsWith('src/')) {
      return [];
    }
    const source = parse(file);
    return source.statements.flatMap((statement) =>
      undescribedExports(statement, source).map((name) => `${file.path} exports ${name} without a doc comment`),
    );
  },
} satisfies Record<string, SourceRule>;

function parse({ path, text }: ProjectFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
}

function findNodes(file: ProjectFile, matches: (node: ts.Node) => boolean): string[] {
  const source = parse(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (matches(node)) {
      found.push(`${file.path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** `process.env`, `process['env']`, `const { env } = process`, `import { env } from 'node:process'`. */
function readsEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) {
    return node.name.text === 'env' && isProcess(node.expression);
  }
  if (ts.isElementAccessExpression(node)) {
    return isProcess(node.expression);
  }
  if (ts.isVariableDeclaration(node)) {
    return ts.isObjectBindingPattern(node.name) && node.initializer !== undefined && isProcess(node.initializer);
  }
  return ts.isImportDeclaration(node) && /^'(node:)?process'$/.test(node.moduleSpecifier.getText());
}

function isProcess(node: ts.Node): boolean {
  return /^(globalThis\.)?process$/.test(node.getText());
}

/** `test.only(…)`, `describe.skip.each(…)` and their like. */
function restrictsTests(node: ts.Node): boolean {
  return (
    ts.isPropertyAccessExpression(node) &&
    ['only', 'skip', 'skipIf', 'runIf', 'todo', 'fails'].includes(node.name.text) &&
    /^(describe|suite|it|test)\b/.test(node.expression.getText())
  );
}

function undescribedExports(statement: ts.Statement, source: ts.SourceFile): string[] {
  if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
    return statement.exportClause.elements
      .map((element) => (element.propertyName ?? element.name).text)
      .filter((name) => !source.statements.some((other) => declaredNames(other).includes(name) && isDescribed(other)));
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const isExport =
    ts.isExportAssignment(statement) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return isExport && !isDescribed(statement) ? declaredNames(statement) : [];
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  return [ts.getNameOfDeclaration(statement as ts.DeclarationStatement)?.getText() ?? 'default'];
}

/** Has a doc comment with words in it, not tags alone. */
function isDescribed(statement: ts.Statement): boolean {
  return ts
    .getJSDocCommentsAndTags(statement)
    .some((doc) => ts.isJSDoc(doc) && (ts.getTextOfJSDocComment(doc.comment) ?? '').trim() !== '');
}
