/** The environment of this process without what is Executor's or OpenTelemetry's, and would decide how a child behaves. */
export const inheritedEnvironment = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(EXECUTOR|OTEL)_/.test(name)),
  );
