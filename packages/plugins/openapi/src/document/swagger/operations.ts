import type { JsonObject } from "@executor/sdk";
import { isObject, member, pointer, text } from "@executor/plugin-kit";
import { mediaTypes, type Parameter, readList, readResponses, warnOfElsewhere } from "./lists.ts";
import type { Places, Tell } from "./places.ts";
import { operationServers } from "./servers.ts";
import { upgrade } from "./upgrade.ts";

const methods = ["get", "put", "post", "delete", "options", "head", "patch"];

/** A path item of Swagger 2.0 as one of OpenAPI 3.0. References stay as they are. */
export const convertPathItem = (
  root: JsonObject,
  path: string,
  item: JsonObject,
  documentUrl: string | undefined,
  places: Places,
  tell: Tell,
): JsonObject => {
  const place = pointer("paths", path);
  warnOfElsewhere(item, place, tell);
  const shared = readList(root, member(item, "parameters"), `${place}/parameters`, tell);
  const converted = new Map(Object.entries(item));
  if (shared.length > 0) {
    const kept = shared.filter((parameter) => !isInBody(parameter));
    movePlaces(kept, place, places);
    const { parameters } = upgrade(root, {}, { parameters: kept.map(({ value }) => value) });
    converted.set("parameters", parameters ?? []);
  }
  for (const method of methods) {
    const operation = member(item, method);
    if (!isObject(operation)) continue;
    const own = place + pointer(method);
    converted.set(
      method,
      convertOperation({ root, operation, place: own, shared, documentUrl, places, tell }),
    );
  }
  return Object.fromEntries(converted);
};

interface Given {
  readonly root: JsonObject;
  readonly operation: JsonObject;
  readonly place: string;
  /** Parameters of the path item. */
  readonly shared: ReadonlyArray<Parameter>;
  readonly documentUrl: string | undefined;
  readonly places: Places;
  readonly tell: Tell;
}

const convertOperation = (given: Given): JsonObject => {
  const { documentUrl, operation, place, places, root, shared, tell } = given;
  const own = readList(root, member(operation, "parameters"), `${place}/parameters`, tell);
  const kept = own.filter((parameter) => !isInBody(parameter));
  movePlaces(kept, place, places);
  const body = bodyParameters(own, shared, place, tell);
  const [first] = body;
  if (first !== undefined) places.move(`${place}/requestBody`, first.place);
  const consumes = isForm(first) ? formTypes(given, body) : mediaTypes(root, operation, "consumes");
  const written = [...kept, ...body].map(({ value }) => withFormat(value));
  const converted = upgrade(root, operation, {
    parameters: written,
    consumes,
    produces: mediaTypes(root, operation, "produces"),
    responses: readResponses(root, member(operation, "responses"), `${place}/responses`, tell),
  });
  const requestBody = member(converted, "requestBody");
  const isRequired = body.some(({ value }) => member(value, "required") === true);
  const servers = operationServers(root, operation, documentUrl, () =>
    tell(
      "swagger_schemes",
      "The operation's own `schemes` cannot be used, because the description does not name its host.",
      `${place}/schemes`,
    ),
  );
  return {
    ...converted,
    ...(isObject(requestBody) && isRequired
      ? { requestBody: { ...requestBody, required: true } }
      : {}),
    ...(servers === undefined ? {} : { servers }),
  };
};

/** The parameters of an operation's body: its own before those of the path item, and either one body or fields. */
const bodyParameters = (
  own: ReadonlyArray<Parameter>,
  shared: ReadonlyArray<Parameter>,
  place: string,
  tell: Tell,
): ReadonlyArray<Parameter> => {
  const mine = own.filter(isInBody);
  const whole = mine.filter((parameter) => !isForm(parameter));
  const isMixed = whole.length > 0 && mine.length > whole.length;
  if (isMixed || whole.length > 1) {
    tell(
      "swagger_body_dropped",
      "An operation has one parameter in `body`, or any in `formData`. Only the first one in `body` is used.",
      `${place}/parameters`,
    );
  }
  const [body] = whole;
  if (body !== undefined) return [body];
  const inherited = shared.filter(
    (parameter) => isInBody(parameter) && (mine.length === 0 || isForm(parameter)),
  );
  const inheritedBody = inherited.find((parameter) => !isForm(parameter));
  if (inheritedBody !== undefined) return [inheritedBody];
  const names = new Set(mine.map(nameOf));
  return [...mine, ...inherited.filter((parameter) => !names.has(nameOf(parameter)))];
};

/** The types that an operation's form is sent as. Files need `multipart/form-data`, as Swagger 2.0 says. */
const formTypes = (
  { operation, place, root, tell }: Given,
  fields: ReadonlyArray<Parameter>,
): ReadonlyArray<string> => {
  const offered = mediaTypes(root, operation, "consumes");
  const multipart = offered.filter((type) => /^multipart\/form-data\b/i.test(type.trim()));
  const urlencoded = offered.filter((type) =>
    /^application\/x-www-form-urlencoded\b/i.test(type.trim()),
  );
  const hasFile = fields.some(({ value }) => member(value, "type") === "file");
  const usable = hasFile ? multipart : [...multipart, ...urlencoded];
  if (usable.length > 0) {
    return [
      ...(multipart.length > 0 ? ["multipart/form-data"] : []),
      ...(urlencoded.length > 0 && !hasFile ? ["application/x-www-form-urlencoded"] : []),
    ];
  }
  const type = hasFile ? "multipart/form-data" : "application/x-www-form-urlencoded";
  tell(
    "swagger_form_type",
    `\`consumes\` offers no type that ${hasFile ? "files" : "forms"} can be sent as, so it is sent as ${type}.`,
    place,
  );
  return [type];
};

/** The converter knows the default format of lists in a query, and not in a form. */
const withFormat = (parameter: JsonObject): JsonObject =>
  member(parameter, "type") === "array" && member(parameter, "collectionFormat") === undefined
    ? { ...parameter, collectionFormat: "csv" }
    : parameter;

const movePlaces = (kept: ReadonlyArray<Parameter>, place: string, places: Places): void => {
  for (const [index, parameter] of kept.entries()) {
    places.move(`${place}/parameters/${index}`, parameter.place);
  }
};

const isInBody = ({ value }: Parameter): boolean => {
  const place = member(value, "in");
  return place === "body" || place === "formData";
};

const isForm = (parameter: Parameter | undefined): boolean =>
  member(parameter?.value, "in") === "formData";

const nameOf = ({ value }: Parameter): string => text(member(value, "name")) ?? "";
