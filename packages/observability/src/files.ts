import { axiomDashboard } from "./axiom/axiom-dashboard.ts";
import { objectives } from "./dashboards/objectives.ts";
import { overview } from "./dashboards/overview.ts";
import { platform } from "./dashboards/platform.ts";
import { runtimeAndTelemetry } from "./dashboards/runtime-and-telemetry.ts";
import { toolsAndSources } from "./dashboards/tools-and-sources.ts";
import { metricsPage } from "./metrics-page.ts";
import { ruleTestsFiles, rulesFile, runbooksPage } from "./rules/rule-files.ts";
import { defaultSettings, type Settings } from "./settings.ts";

/** Files that operators load, by their path in this package. */
export const operatorFiles = (settings: Settings): ReadonlyMap<string, string> =>
  new Map([
    ["rules/executor.rules.yaml", rulesFile(settings)],
    ["axiom/executor.json", axiomDashboard(settings.axiomDataset)],
    ["dashboards/overview.json", overview(settings)],
    ["dashboards/tools-and-sources.json", toolsAndSources(settings)],
    ["dashboards/runtime-and-telemetry.json", runtimeAndTelemetry(settings)],
    ["dashboards/objectives.json", objectives(settings)],
    ["dashboards/platform.json", platform()],
  ]);

/** All generated files, by their path in the repository. */
export const committedFiles = (): ReadonlyMap<string, string> =>
  new Map([
    ["METRICS.md", metricsPage()],
    ...[
      ...operatorFiles(defaultSettings),
      ...[...ruleTestsFiles(defaultSettings, "executor.rules.yaml")].map(
        ([name, text]) => [`rules/${name}`, text] as const,
      ),
      ["RUNBOOKS.md", runbooksPage(defaultSettings)] as const,
    ].map(([path, text]) => [`packages/observability/${path}`, text] as const),
  ]);
