import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isRequiredArgument,
  isUnionType,
} from "graphql";
import type {
  GraphQLAbstractType,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLOutputType,
  GraphQLSchema,
} from "graphql";
import { isDeprecated } from "./outline.ts";

/** Levels of a default selection: the fields of the result, and of the objects in it. */
const maxDepth = 2;

/** Fields of a default selection, so that results stay readable. The nearest come first. */
const maxFields = 150;

/** Possible types of an abstract type that get fragments. With more, only the interface's own fields are selected. */
const maxPossibleTypes = 20;

/** Told about each field that a default selection leaves out, as `Type.field`, or of whose types it leaves out the fields. */
export type Omit = (reason: Omission, place: string) => void;
export type Omission = "depth" | "limit" | "arguments" | "deprecated" | "alternatives" | "conflict";

/** The selected fields of one type. */
export interface Selection {
  readonly type: GraphQLCompositeType;
  readonly fields: ReadonlyArray<SelectedField>;
  /** For an interface or a union: fields that only some of its types have. */
  readonly fragments: ReadonlyArray<Selection>;
}

export interface SelectedField {
  readonly name: string;
  /** The key in the result: the field's name, unless types of a union disagree about its type. */
  readonly key: string;
  readonly type: GraphQLOutputType;
  /** `undefined` for scalars and enums. */
  readonly selection: Selection | undefined;
}

/**
 * The selection of a call that gives none: all scalars and enums of the type and of the objects directly in it. Left out are
 * deprecated fields, fields with required arguments, and objects of a type that encloses them. Interfaces and unions are
 * selected by `__typename` and the fields of each of their types.
 */
export const defaultSelection = (
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  omit: Omit = () => undefined,
): Selection => {
  let fieldsLeft = maxFields;
  const take = (of: GraphQLCompositeType, { field }: Candidate): boolean => {
    fieldsLeft -= 1;
    if (fieldsLeft < 0) omit("limit", `${of.name}.${field.name}`);
    return fieldsLeft >= 0;
  };

  const select = (
    of: GraphQLCompositeType,
    around: ReadonlyArray<GraphQLCompositeType>,
  ): Selection => {
    const parts = [
      { type: of, fields: plainFields(of, omit) },
      ...(isAbstractType(of) ? fragmentsOf(schema, of, omit) : []),
    ];
    // Leaves count before nested objects, so that the limit cuts the farthest fields.
    const leaves = parts.map((part) =>
      part.fields.filter((leaf) => !isComposite(leaf) && take(part.type, leaf)),
    );
    const [own, ...fragments] = parts.map((part, index) => ({
      type: part.type,
      fields: [
        ...(leaves[index] ?? []).map((leaf) => selected(leaf, undefined)),
        ...nested(part, [...around, of]),
      ],
      fragments: [],
    }));
    return {
      type: of,
      fields: own?.fields ?? [],
      fragments: fragments.filter(({ fields }) => fields.length > 0),
    };
  };

  const nested = (part: Part, around: ReadonlyArray<GraphQLCompositeType>) =>
    part.fields.flatMap((candidate) => {
      const inner = getNamedType(candidate.field.type);
      if (!isCompositeType(inner)) return [];
      const isCyclic = inner === part.type || around.some((outer) => outer === inner);
      const selection = isCyclic || around.length === maxDepth ? undefined : select(inner, around);
      if (selection !== undefined && !isEmpty(selection)) return [selected(candidate, selection)];
      omit("depth", `${part.type.name}.${candidate.field.name}`);
      return [];
    });

  return select(type, []);
};

/** The selection in GraphQL's syntax, with its braces. */
export const printSelection = (selection: Selection): string =>
  `{ ${[
    ...(selectsTypename(selection) ? ["__typename"] : []),
    ...selection.fields.map(printField),
    ...selection.fragments.map((part) => `... on ${part.type.name} ${printSelection(part)}`),
  ].join(" ")} }`;

/** Whether `__typename` is selected: the type can be one of several, or no other field can be selected. */
export const selectsTypename = (selection: Selection): boolean =>
  isAbstractType(selection.type) || isEmpty(selection);

const printField = ({ key, name, selection }: SelectedField): string => {
  const field = key === name ? name : `${key}: ${name}`;
  return selection === undefined ? field : `${field} ${printSelection(selection)}`;
};

const isEmpty = ({ fields, fragments }: Selection): boolean =>
  fields.length === 0 && fragments.length === 0;

/** A type with the fields that can be selected without arguments. */
interface Part {
  readonly type: GraphQLCompositeType;
  readonly fields: ReadonlyArray<Candidate>;
}

interface Candidate {
  readonly field: GraphQLField<unknown, unknown>;
  readonly key: string;
}

const selected = ({ field, key }: Candidate, selection: Selection | undefined): SelectedField => ({
  name: field.name,
  key,
  type: field.type,
  selection,
});

const isComposite = ({ field }: Candidate): boolean => isCompositeType(getNamedType(field.type));

const plainFields = (type: GraphQLCompositeType, omit: Omit): ReadonlyArray<Candidate> =>
  (isUnionType(type) ? [] : Object.values(type.getFields())).flatMap((field) => {
    const needsArguments = field.args.some(isRequiredArgument);
    if (!needsArguments && !isDeprecated(field)) return [{ field, key: field.name }];
    omit(needsArguments ? "arguments" : "deprecated", `${type.name}.${field.name}`);
    return [];
  });

/**
 * Each possible type with the fields that the abstract type does not have. A field whose type differs between possible types
 * gets the key `Type_field`: results under one key must have one shape (GraphQL October 2021, section 5.3.2).
 */
const fragmentsOf = (
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  omit: Omit,
): ReadonlyArray<Part> => {
  const possible = [...new Set(schema.getPossibleTypes(type))];
  if (possible.length > maxPossibleTypes) {
    omit("alternatives", type.name);
    return [];
  }
  const shared = new Set(isInterfaceType(type) ? Object.keys(type.getFields()) : []);
  const parts = possible.map((object) => ({
    type: object,
    fields: plainFields(object, omit).filter(({ key }) => !shared.has(key)),
  }));
  const shapes = Map.groupBy(
    parts.flatMap(({ fields }) => fields),
    ({ key }) => key,
  );
  const disagree = (key: string): boolean =>
    new Set(shapes.get(key)?.map(({ field }) => String(field.type))).size > 1;
  return parts.map((part) => ({
    type: part.type,
    fields: part.fields.flatMap(({ field, key }) => {
      if (!disagree(key)) return [{ field, key }];
      const apart = `${part.type.name}_${key}`;
      if (!shapes.has(apart) && !shared.has(apart)) return [{ field, key: apart }];
      omit("conflict", `${part.type.name}.${field.name}`);
      return [];
    }),
  }));
};
