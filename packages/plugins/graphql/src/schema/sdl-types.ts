import { isTypeDefinitionNode, Kind, print } from "graphql";
import type {
  ConstDirectiveNode,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  TypeDefinitionNode,
  TypeExtensionNode,
  TypeNode,
} from "graphql";
import type {
  FieldDescription,
  InputValueDescription,
  TypeDescription,
  TypeKind,
  TypeReference,
} from "./type-description.ts";

export type TypeSystemNode = TypeDefinitionNode | TypeExtensionNode;

/** One type out of its definition and what extends it. */
export const describeType = (
  nodes: readonly [TypeSystemNode, ...ReadonlyArray<TypeSystemNode>],
): TypeDescription => {
  const [{ kind, name }] = nodes;
  const composites = nodes.filter(isComposite);
  return {
    kind: kinds[kind],
    name: name.value,
    description: nodes.find(isTypeDefinitionNode)?.description?.value,
    fields: composites.flatMap(({ fields }) => fields ?? []).map(field),
    interfaces: composites.flatMap(({ interfaces }) => interfaces ?? []).map(reference),
    inputFields: nodes
      .filter(isInput)
      .flatMap(({ fields }) => fields ?? [])
      .map(inputValue),
    possibleTypes: nodes
      .filter(isUnion)
      .flatMap(({ types }) => types ?? [])
      .map(reference),
    enumValues: nodes
      .filter(isEnum)
      .flatMap(({ values }) => values ?? [])
      .map((value) => ({
        name: value.name.value,
        isDeprecated: has(value.directives, "deprecated"),
      })),
    isOneOf: nodes.some(({ directives }) => has(directives, "oneOf")),
  };
};

const kinds: Readonly<Record<TypeSystemNode["kind"], TypeKind>> = {
  [Kind.SCALAR_TYPE_DEFINITION]: "SCALAR",
  [Kind.SCALAR_TYPE_EXTENSION]: "SCALAR",
  [Kind.OBJECT_TYPE_DEFINITION]: "OBJECT",
  [Kind.OBJECT_TYPE_EXTENSION]: "OBJECT",
  [Kind.INTERFACE_TYPE_DEFINITION]: "INTERFACE",
  [Kind.INTERFACE_TYPE_EXTENSION]: "INTERFACE",
  [Kind.UNION_TYPE_DEFINITION]: "UNION",
  [Kind.UNION_TYPE_EXTENSION]: "UNION",
  [Kind.ENUM_TYPE_DEFINITION]: "ENUM",
  [Kind.ENUM_TYPE_EXTENSION]: "ENUM",
  [Kind.INPUT_OBJECT_TYPE_DEFINITION]: "INPUT_OBJECT",
  [Kind.INPUT_OBJECT_TYPE_EXTENSION]: "INPUT_OBJECT",
};

const isComposite = (node: TypeSystemNode) =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION ||
  node.kind === Kind.OBJECT_TYPE_EXTENSION ||
  node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
  node.kind === Kind.INTERFACE_TYPE_EXTENSION;

const isInput = (node: TypeSystemNode) =>
  node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || node.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION;

const isUnion = (node: TypeSystemNode) =>
  node.kind === Kind.UNION_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_EXTENSION;

const isEnum = (node: TypeSystemNode) =>
  node.kind === Kind.ENUM_TYPE_DEFINITION || node.kind === Kind.ENUM_TYPE_EXTENSION;

const field = (node: FieldDefinitionNode): FieldDescription => ({
  name: node.name.value,
  description: node.description?.value,
  args: (node.arguments ?? []).map(inputValue),
  type: reference(node.type),
  isDeprecated: has(node.directives, "deprecated"),
});

const inputValue = (node: InputValueDefinitionNode): InputValueDescription => ({
  name: node.name.value,
  description: node.description?.value,
  type: reference(node.type),
  defaultValue: node.defaultValue === undefined ? undefined : print(node.defaultValue),
  isDeprecated: has(node.directives, "deprecated"),
});

const reference = (node: TypeNode): TypeReference => {
  switch (node.kind) {
    case Kind.NAMED_TYPE:
      return { kind: "NAMED", name: node.name.value };
    case Kind.LIST_TYPE:
      return { kind: "LIST", ofType: reference(node.type) };
    case Kind.NON_NULL_TYPE:
      return { kind: "NON_NULL", ofType: reference(node.type) };
  }
};

const has = (directives: ReadonlyArray<ConstDirectiveNode> | undefined, name: string): boolean =>
  directives?.some((directive) => directive.name.value === name) === true;
