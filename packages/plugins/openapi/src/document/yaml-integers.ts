import { defineScalarTag, intCoreTag, NOT_RESOLVED } from "js-yaml";

/** Characters of an integer that is read; a longer one is text as it is written. */
const maxLength = 1_000;

/** YAML's integers (1.2, "Core Schema"), of which those beyond 2^53 are text in their decimal digits, as in JSON. */
export const exactIntTag = defineScalarTag("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: intCoreTag.implicitFirstChars,
  resolve: (source, isExplicit, tagName) => {
    const value = intCoreTag.resolve(source, isExplicit, tagName);
    if (value === NOT_RESOLVED || Number.isSafeInteger(value)) return value;
    return source.length > maxLength ? source : String(BigInt(source.replace("+", "")));
  },
  identify: () => false,
});
