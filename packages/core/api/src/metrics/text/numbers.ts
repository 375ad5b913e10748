/** A sample's value. Effect counts in `bigint` where a metric asks for it; its digits are written whole. */
export type Scalar = number | bigint;

/**
 * A sample's value as Go's `ParseFloat` reads it, which is what the text formats ask for: shortest decimal digits,
 * `NaN`, `+Inf` or `-Inf`.
 */
export const formatValue = (value: Scalar): string => {
  if (typeof value === "bigint") {
    return Number.isFinite(Number(value)) ? value.toString() : value > 0n ? "+Inf" : "-Inf";
  }
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
};

/**
 * The value of an `le` or `quantile` label: Go's `%g` with a point in it, such as `0.25`, `1.0`, `1e-05`, `1.048576e+06`
 * (OpenMetrics 1.0, "Considerations: Canonical Numbers").
 *
 * Every format writes this form, text 0.0.4 included. Prometheus 3 stores it whatever it reads, and Prometheus 2 and
 * VictoriaMetrics store what they read: with `le="1"` in one format and `le="1.0"` in another, a server that changes
 * the format it asks for would break the series in two.
 */
export const formatBound = (bound: number): string => {
  if (!Number.isFinite(bound)) return formatValue(bound);
  const [digits = "0", power = "0"] = bound.toExponential().split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) {
    const sign = exponent < 0 ? "-" : "+";
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const plain = String(bound);
  return plain.includes(".") ? plain : `${plain}.0`;
};

/** The sum of two values; exact where both are `bigint`. */
export const addScalars = (left: Scalar, right: Scalar): Scalar =>
  typeof left === "bigint" && typeof right === "bigint"
    ? left + right
    : Number(left) + Number(right);
