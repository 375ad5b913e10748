import type { Redactor } from "../credentials/redactor.ts";
import type { JsonObject } from "../model/json.ts";
import type { FilledPrompt, Offerings, ResourceContents } from "../model/offerings.ts";
import { clientBlock, promptName, resourceUri } from "./offering-names.ts";

/** Characters of the JSON texts of one list of a source. What comes after is left out. */
const maxListChars = 250_000;

/** The lists of a source as clients see them, without what holds one of the source's credentials. */
export const clientOfferings =
  (namespace: string) =>
  ({ prompts, resources, templates }: Offerings, redactor: Redactor): Offerings => ({
    resources: bounded(resources, redactor).map((resource) => ({
      ...resource,
      uri: resourceUri(namespace, resource.uri),
    })),
    templates: bounded(templates, redactor).map((template) => ({
      ...template,
      uriTemplate: resourceUri(namespace, template.uriTemplate),
    })),
    prompts: bounded(prompts, redactor).map((prompt) => ({
      ...prompt,
      name: promptName(namespace, prompt.name),
    })),
  });

/** A name or URI without a credential that it holds would lead nowhere, so that the whole member is left out. */
const bounded = <A extends object>(
  list: ReadonlyArray<A>,
  { text }: Redactor,
): ReadonlyArray<A> => {
  let chars = 0;
  return list.filter((member) => {
    const json = JSON.stringify(member);
    chars += json.length;
    return chars <= maxListChars && text(json) === json;
  });
};

/** What a resource holds, for clients. */
export const clientContents =
  (namespace: string) =>
  (
    contents: ReadonlyArray<ResourceContents>,
    { text }: Redactor,
  ): ReadonlyArray<ResourceContents> =>
    contents.map((part) => ({
      ...part,
      uri: resourceUri(namespace, text(part.uri)),
      ...("text" in part ? { text: text(part.text) } : { blob: text(part.blob) }),
    }));

/** A filled prompt, for clients. */
export const clientPrompt =
  (namespace: string) =>
  ({ description, messages }: FilledPrompt, redactor: Redactor): FilledPrompt => ({
    ...(description === undefined ? {} : { description: redactor.text(description) }),
    messages: messages.map(({ content, role }) => {
      const clean: JsonObject = redactor.object(content);
      return { role, content: clientBlock(namespace, clean) };
    }),
  });
