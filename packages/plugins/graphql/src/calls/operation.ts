import type { JsonObject } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import type { Binding } from "./binding.ts";

/**
 * The operation of a tool. It depends on nothing that a call gives but the selection, which `selection.ts` has parsed and
 * written anew: arguments are variables.
 */
export const operationText = (binding: Binding, selection: string): string => {
  const declared = binding.arguments.map(({ name, type }) => `$${name}: ${type}`).join(", ");
  const passed = binding.arguments.map(({ name }) => `${name}: $${name}`).join(", ");
  const root = `${binding.field}${parenthesised(passed)}${selection === "" ? "" : ` ${selection}`}`;
  return `${binding.operation} ${binding.field}${parenthesised(declared)} { ${root} }`;
};

const parenthesised = (list: string): string => (list === "" ? "" : `(${list})`);

/** The body of the request (GraphQL over HTTP, "Request parameters"). An argument that is not given is no variable. */
export const requestBody = (binding: Binding, query: string, input: JsonObject): string =>
  JSON.stringify({
    query,
    operationName: binding.field,
    variables: Object.fromEntries(
      binding.arguments.flatMap(({ name }) => {
        const value = member(input, name);
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
  });
