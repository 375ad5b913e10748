/** Everything but RFC 3986's unreserved characters, as UTF-8. Half a surrogate pair becomes U+FFFD. */
export const encode = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * As {@link encode}, but reserved characters stay (`allowReserved`), except those that would end the value in a query:
 * `#`, `&`, and `+`, which servers read as a space.
 */
export const encodeReserved = (value: string): string =>
  encode(value).replace(/%(3A|2F|3F|5B|5D|40|21|24|27|28|29|2A|2C|3B|3D)/g, (escape) =>
    decodeURIComponent(escape),
  );
