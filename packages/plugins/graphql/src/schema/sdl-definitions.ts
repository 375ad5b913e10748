import type { Warnings } from "@executor/plugin-kit";
import {
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  specifiedDirectives,
  visit,
} from "graphql";
import type {
  ArgumentNode,
  ASTNode,
  DefinitionNode,
  DirectiveNode,
  DocumentNode,
  NameNode,
  TypeDefinitionNode,
  TypeExtensionNode,
  TypeNode,
} from "graphql";
import type { UsedTypes } from "./missing-types.ts";

type TypeNodeOf = TypeDefinitionNode | TypeExtensionNode;

export const nameOf = ({ name }: TypeNodeOf): string => name.value;

/**
 * Makes a document's definitions such that graphql-js takes them: the second definition of a type becomes an extension, the
 * first extension of a type without a definition becomes its definition, and of directives only those remain that tools show.
 * `undefined` for a definition that is of another kind than the first of that name.
 */
export const normaliser = (
  document: DocumentNode,
  warnings: Warnings,
): ((definition: DefinitionNode) => DefinitionNode | undefined) => {
  const known = new Set(specifiedDirectives.map(({ name }) => name));
  const kinds = new Map<string, string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) known.add(definition.name.value);
    if (!isTypeDefinitionNode(definition) || kinds.has(nameOf(definition))) continue;
    kinds.set(nameOf(definition), kindOf(definition));
  }
  const begun = new Set<string>();

  const typeNode = (node: TypeNodeOf): TypeNodeOf | undefined => {
    const name = nameOf(node);
    const kind = kinds.get(name);
    if (kind !== undefined && kind !== kindOf(node)) {
      warnings.warn(
        "type_defined_twice",
        `${name} is defined or extended as another kind of type than at first. Only what is of the first kind is used.`,
        name,
      );
      return undefined;
    }
    if (isTypeExtensionNode(node)) {
      if (kind !== undefined) return node;
      kinds.set(name, kindOf(node));
      begun.add(name);
      return turned(node, "Extension", "Definition");
    }
    if (!begun.has(name)) {
      begun.add(name);
      return node;
    }
    warnings.warn(
      "type_defined_twice",
      `${name} is defined more than once. The definitions are taken together.`,
      name,
    );
    return turned(node, "Definition", "Extension");
  };

  const directive = (node: DirectiveNode, place: string): DirectiveNode | null => {
    const name = node.name.value;
    const shown = argumentsShown.get(name);
    if (!known.has(name)) {
      known.add(name);
      warnings.warn(
        "directive_not_defined",
        `@${name} is not defined, and is ignored wherever it stands.`,
        place,
      );
    }
    if (shown === undefined) return null;
    const isTaken = ({ name: argument, value }: ArgumentNode): boolean =>
      shown === argument.value && value.kind === Kind.STRING;
    const given = node.arguments ?? [];
    const taken = given.filter(isTaken);
    if (taken.length < given.length) {
      warnings.warn(
        "directive_argument_ignored",
        `@${name} has an argument that GraphQL does not define or that is not text, which is ignored.`,
        place,
      );
    }
    return name === "specifiedBy" && taken.length === 0 ? null : { ...node, arguments: taken };
  };

  return (definition) => {
    const isType = isTypeDefinitionNode(definition) || isTypeExtensionNode(definition);
    const node = isType ? typeNode(definition) : definition;
    if (node === undefined) return undefined;
    return visit(node, {
      Directive: (of, _key, _parent, _path, ancestors) => directive(of, placeOf(ancestors)),
    });
  };
};

const kindOf = ({ kind }: TypeNodeOf): string => kind.replace(/Type(Definition|Extension)$/, "");

/** The same lists and names as another kind of node. */
const turned = (node: TypeNodeOf, from: string, to: string): TypeNodeOf =>
  Object.assign({ ...node }, { kind: node.kind.replace(new RegExp(`${from}$`), to) });

/** Directives that tools show, each with its only argument. */
const argumentsShown: ReadonlyMap<string, string> = new Map([
  ["deprecated", "reason"],
  ["specifiedBy", "url"],
  ["oneOf", ""],
]);

/** `Type.field.argument` of a node by the nodes around it. */
const placeOf = (ancestors: ReadonlyArray<ASTNode | ReadonlyArray<ASTNode>>): string => {
  const names = ancestors.flatMap((node) =>
    "kind" in node && "name" in node ? [node.name.value] : [],
  );
  return names.length === 0 ? "schema" : names.join(".");
};

/** Adds the types that a definition refers to. */
export const useTypes = (node: DefinitionNode, used: UsedTypes): void => {
  const place = "name" in node ? node.name.value : "schema";
  if ("operationTypes" in node) {
    for (const { type } of node.operationTypes ?? []) used.use(type.name.value, place);
  }
  if ("interfaces" in node)
    for (const { name } of node.interfaces ?? []) used.use(name.value, place);
  if ("types" in node) for (const { name } of node.types ?? []) used.use(name.value, place);
  if (!("fields" in node)) return;
  for (const field of node.fields ?? []) {
    const at = `${place}.${field.name.value}`;
    used.use(namedType(field.type), at);
    if (!("arguments" in field)) continue;
    for (const { name, type } of field.arguments ?? [])
      used.use(namedType(type), `${at}.${name.value}`);
  }
};

const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);

/** Finds fields, arguments and enum values that a schema defines twice, of which graphql-js takes the last. */
export const findTwice = (warnings: Warnings): ((node: TypeNodeOf) => void) => {
  const members = new Map<string, Set<string>>();
  const add = (
    listed: ReadonlyArray<{ readonly name: NameNode }> | undefined,
    of: string,
    known: Set<string>,
  ): void => {
    for (const { name } of listed ?? []) {
      if (known.has(name.value)) warnTwice(warnings, `${of}.${name.value}`);
      known.add(name.value);
    }
  };
  return (node) => {
    const type = nameOf(node);
    const known = members.get(type) ?? new Set();
    members.set(type, known);
    if ("values" in node) add(node.values, type, known);
    if (!("fields" in node)) return;
    add(node.fields, type, known);
    for (const field of node.fields ?? []) {
      if ("arguments" in field) add(field.arguments, `${type}.${field.name.value}`, new Set());
    }
  };
};

export const warnTwice = (warnings: Warnings, place: string): void => {
  warnings.warn(
    "field_defined_twice",
    `${place} is defined more than once. The last definition is used.`,
    place,
  );
};
