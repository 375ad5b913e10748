import { CoreExecutorApi } from "@executor/api/contract";
import { OrgAuth } from "./org-auth.ts";

/** The API of one organization: the same as everywhere, behind {@link OrgAuth}. */
export const CloudExecutorApi = CoreExecutorApi.middleware(OrgAuth);
