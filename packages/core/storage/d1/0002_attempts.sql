-- Attempts to sign in and the like, counted in 65,536 slots, so that strangers cannot fill the database.
create table "attempt" ("slot" integer not null primary key, "key" text not null, "count" integer not null, "expiresAt" integer not null);

create index "attempt_expiresAt_idx" on "attempt" ("expiresAt");
