/** Name of a header or a cookie: "token" of RFC 9110, section 5.6.2. */
export const httpToken = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Value of a header: no control character but the tab, and nothing beyond Latin-1 (RFC 9110, section 5.5, "field-value"). */
export const httpFieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
