export { StorageError } from "./migrations.ts";
