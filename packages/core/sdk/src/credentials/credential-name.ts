const credentialName =
  /auth|cookie|credential|key|pass|pwd|secret|session|signature|token|(^|[._-])(dsn|pat|pw)($|[._-])/i;

/** Whether the name of a header or a variable suggests that its value is a credential. */
export const isCredentialName = (name: string): boolean => credentialName.test(name);
