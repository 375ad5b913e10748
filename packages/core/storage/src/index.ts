export { migrate } from "./migrations.ts";
export { StorageError } from "./storage-error.ts";
