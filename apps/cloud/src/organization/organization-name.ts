import { Option, Schema } from "effect";
import { decodeIdentity, identityHeader } from "../auth/authenticate.ts";
import type { DurableObjectId, DurableObjectNamespace } from "../environment.ts";
import type { BudgetStorage } from "./hourly-budget.ts";

const key = "organization";

const decodeName = Schema.decodeUnknownOption(Schema.String);

interface NamedObject {
  readonly id: DurableObjectId;
  readonly storage: BudgetStorage;
}

/**
 * Id of the organization that an object serves. The platform tells it where a request woke the object, and not where the object's
 * alarm did; so the object stores it.
 */
export class OrganizationName {
  readonly #object: NamedObject;
  #value: string | undefined;

  private constructor(object: NamedObject, value: string | undefined) {
    this.#object = object;
    this.#value = value;
  }

  static async load(object: NamedObject): Promise<OrganizationName> {
    const stored = Option.getOrUndefined(decodeName(await object.storage.get(key)));
    const name = new OrganizationName(object, stored);
    if (stored === undefined && object.id.name !== undefined) name.#learn(object.id.name);
    return name;
  }

  /** `undefined` in an object that has not stored it, was woken by its alarm, and has had no request yet. */
  get value(): string | undefined {
    return this.#value;
  }

  /** Learns it, where it is unknown, by the identity that the Worker verified. */
  readFrom(headers: Headers, objects: Pick<DurableObjectNamespace, "idFromName">): void {
    if (this.#value !== undefined) return;
    const identity = Option.getOrUndefined(decodeIdentity(headers.get(identityHeader)));
    if (identity === undefined) return;
    const { organization } = identity;
    if (objects.idFromName(organization).equals(this.#object.id)) this.#learn(organization);
  }

  #learn(name: string): void {
    this.#value = name;
    void this.#object.storage.put(key, name);
  }
}
